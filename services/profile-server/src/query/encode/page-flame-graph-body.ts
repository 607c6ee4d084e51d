import { create, type MessageInitShape, toBinary, toJsonString } from '@bufbuild/protobuf';
import type { CallTree } from '@emberscope/profile';
import { GetFlameGraphResponseSchema } from '@emberscope/protocol/page/flame-graph';
import { CoverageSchema } from '@emberscope/protocol/page/selection';
import { type AnswerBody, utf8 } from './answer-body.ts';
import { createProtoWriter } from './proto-writer.ts';

/** What `emberscope.page.v1.GetFlameGraphResponse` says. */
export type PageFlameGraph = {
  readonly tree: CallTree;
  readonly otherTotal: bigint;
  readonly coverage: MessageInitShape<typeof CoverageSchema>;
  readonly functionCount: number;
  readonly nodeCount: number;
};

export function pageFlameGraphBody(graph: PageFlameGraph): AnswerBody {
  return { toProto: () => writeProto(graph), toJson: () => utf8(writeJson(graph)) };
}

function writeProto(graph: PageFlameGraph): Uint8Array<ArrayBuffer> {
  const { tree, otherTotal, functionCount, nodeCount } = graph;
  const { strings, name, file, line, frame } = frameColumns(tree);
  const wire = createProtoWriter(64 * 1024);
  wire.message(1, () => {
    for (const text of strings) wire.textItem(1, text);
    wire.packedUint32(2, name);
    wire.packedUint32(3, file);
    wire.packedUint32(4, line);
  });
  wire.message(2, () => {
    wire.packedUint32(1, parentPlusOne(tree));
    wire.packedUint32(2, frame);
    wire.packedInt64(3, tree.self);
    wire.packedInt64(4, tree.total);
  });
  const coverage = toBinary(CoverageSchema, create(CoverageSchema, graph.coverage));
  wire.message(3, () => wire.raw(coverage));
  wire.int64(4, otherTotal);
  wire.int64(5, BigInt(functionCount));
  wire.int64(6, BigInt(nodeCount));
  return wire.finish();
}

function writeJson({ tree, coverage, ...rest }: PageFlameGraph): string {
  const { strings, name, file, line, frame } = frameColumns(tree);
  const message = create(GetFlameGraphResponseSchema, {
    frames: {
      strings: [...strings],
      name: Array.from(name),
      file: Array.from(file),
      line: Array.from(line),
    },
    tree: {
      parentPlusOne: Array.from(parentPlusOne(tree)),
      frame: Array.from(frame),
      self: Array.from(tree.self, BigInt),
      total: Array.from(tree.total, BigInt),
    },
    coverage: create(CoverageSchema, coverage),
    ...rest,
  });
  return toJsonString(GetFlameGraphResponseSchema, message);
}

function parentPlusOne({ parent }: CallTree): Int32Array {
  return parent.map((row) => row + 1);
}

/** The frames that the tree has, in the order in which it has them, each string once. */
function frameColumns(tree: CallTree) {
  const rowOfText = new Map([['', 0]]);
  const textRow = (text: string): number => {
    const row = rowOfText.get(text) ?? rowOfText.size;
    rowOfText.set(text, row);
    return row;
  };
  const newFrame = new Int32Array(tree.frames.length).fill(-1);
  const name: number[] = [];
  const file: number[] = [];
  const line: number[] = [];
  const frame = tree.frame.map((old) => {
    if (newFrame[old] === -1) {
      newFrame[old] = name.length;
      name.push(textRow(tree.frames.name[old] ?? ''));
      file.push(textRow(tree.frames.file[old] ?? ''));
      line.push(tree.frames.line[old] ?? 0);
    }
    return newFrame[old] ?? 0;
  });
  return {
    strings: [...rowOfText.keys()],
    name: Int32Array.from(name),
    file: Int32Array.from(file),
    line: Int32Array.from(line),
    frame,
  };
}
