import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import type { Transport } from '@connectrpc/connect';
import { PageService } from '@emberscope/protocol/page';
import {
  type GetFlameGraphRequestSchema,
  type GetFlameGraphResponse,
  GetFlameGraphResponseSchema,
} from '@emberscope/protocol/page/flame-graph';
import { readTreeColumns, type TreeColumns } from './tree-columns.ts';

/** An answer whose tree is read into columns and is not in `rest`. */
export type FlameGraphResponse = {
  readonly rest: GetFlameGraphResponse;
  readonly tree: TreeColumns;
};

/** The field of the answer that holds the tree. */
const TREE = GetFlameGraphResponseSchema.field.tree.number;

/**
 * The same call with an answer without fields: what is not known of a message is kept as bytes, and
 * so the tree, which is nearly all of it, gets here unread.
 */
const METHOD = { ...PageService.method.getFlameGraph, output: EmptySchema };

/** Calls `GetFlameGraph`. Rejects as the generated client does. */
export async function callGetFlameGraph(
  transport: Transport,
  request: MessageInitShape<typeof GetFlameGraphRequestSchema>,
  signal: AbortSignal,
): Promise<FlameGraphResponse> {
  const { message } = await transport.unary(METHOD, signal, undefined, undefined, request);
  const others = new BinaryWriter();
  let tree = new Uint8Array(0);
  for (const { no, wireType, data } of message.$unknown ?? []) {
    if (no === TREE) tree = new BinaryReader(data).bytes() as Uint8Array<ArrayBuffer>;
    else others.tag(no, wireType).raw(data);
  }
  return {
    rest: fromBinary(GetFlameGraphResponseSchema, others.finish()),
    tree: readTreeColumns(tree),
  };
}
