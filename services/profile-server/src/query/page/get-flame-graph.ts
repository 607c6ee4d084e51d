import { treeTotal } from '@emberscope/profile';
import type { GetFlameGraphRequest } from '@emberscope/protocol/page/flame-graph';
import { type ProfileId, profileId, spanId, traceId } from '../../store/ids.ts';
import type { ProfileSelection } from '../../store/selection.ts';
import type { AnswerBody } from '../encode/answer-body.ts';
import { pageFlameGraphBody } from '../encode/page-flame-graph-body.ts';
import { wholeMillisRange } from '../millis-range.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument } from '../query-refusal.ts';
import { coverageMessage } from './coverage.ts';
import { cutTree } from './cut-tree.ts';
import { checkLength, functionOf, readLimit, readMode, readSelection } from './page-request.ts';
import { selectInTree } from './select-in-tree.ts';

const NODES = { usual: 16_384, most: 100_000 };
/** Of ids, and of functions of a root path. */
const LIST_MAX = 1000;

/** What a range cost, as a call tree with file and line. */
export async function getFlameGraph(query: Query<GetFlameGraphRequest>): Promise<AnswerBody> {
  const { reader, request, tenants, context } = query;
  const { range, profileType, matchers } = readSelection(request.selection, query);
  const mode = readMode(request.mode, profileType);
  const maxNodes = readLimit('max_nodes', request.maxNodes, NODES);
  checkLength('root_path', request.rootPath, LIST_MAX);
  const selection: ProfileSelection = {
    tenants,
    range: wholeMillisRange(range.startMillis, range.endMillis),
    profileType,
    matchers,
    ...readIds(request),
  };
  const merged = answered(
    await reader.mergeTree({ ...selection, mode, frameKey: 'source-function' }, context),
  );
  const total = treeTotal(merged.tree) + merged.unnamed;
  const holding = request.function === undefined ? undefined : functionOf(request.function);
  const selected = selectInTree(merged.tree, request.rootPath.map(functionOf), holding);
  const { tree, otherTotal } = cutTree(selected, maxNodes);
  return pageFlameGraphBody({
    tree,
    otherTotal,
    coverage: await coverageMessage(query, selection, { ...merged, total }, { mode, range }),
    functionCount: new Set(selected.frame).size,
    nodeCount: selected.length,
  });
}

function readIds(request: GetFlameGraphRequest) {
  const { profileIds, spanIds, traceIds } = request;
  if (spanIds.length > 0 && traceIds.length > 0) {
    refuseArgument('span_ids and trace_ids cannot be combined');
  }
  return {
    ...(profileIds.length > 0 && {
      profileIds: readList('profile_ids', profileIds, readProfileId),
    }),
    ...(spanIds.length > 0 && { spanIds: readList('span_ids', spanIds, spanId) }),
    ...(traceIds.length > 0 && { traceIds: readList('trace_ids', traceIds, traceId) }),
  };
}

function readList<Id>(
  name: string,
  texts: readonly string[],
  read: (text: string) => Id | undefined,
): Id[] {
  checkLength(name, texts, LIST_MAX);
  return texts.map(
    (text) => read(text) ?? refuseArgument(`${name}: ${JSON.stringify(text)} is no such id`),
  );
}

function readProfileId(text: string): ProfileId | undefined {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
  return isUuid ? profileId(text.toLowerCase()) : undefined;
}
