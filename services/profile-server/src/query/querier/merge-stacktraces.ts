import { encodeFlameGraph, encodeTreeBytes, truncateCallTree } from '@emberscope/profile';
import {
  ProfileFormat,
  type SelectMergeSpanProfileRequest,
  SelectMergeSpanProfileResponseSchema,
  type SelectMergeStacktracesRequest,
  SelectMergeStacktracesResponseSchema,
} from '@emberscope/protocol/querier';
import type { MergedTree } from '../../store/answers.ts';
import type { ProfileSelection } from '../../store/selection.ts';
import { emptyTree } from '../empty-tree.ts';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import { flameGraphBody } from '../encode/flame-graph-body.ts';
import type { Query } from '../query.ts';
import { answered, refuse } from '../query-refusal.ts';
import { maxNodesOf } from './max-nodes.ts';
import { mergedPprof, pprofFieldBody } from './pprof-answer.ts';
import { queryRange } from './query-range.ts';
import { profileSelection } from './query-selection.ts';
import { type SampleSelectors, selectSamples } from './sample-selectors.ts';

/** What was selected as one flame graph, tree or pprof. `async` is answered at once. */
export async function mergeStacktraces(
  query: Query<SelectMergeStacktracesRequest>,
): Promise<AnswerBody> {
  const { request } = query;
  const { selection, maxNodes } = await select(query, {
    profileIds: request.profileIdSelector,
    spanIds: request.spanSelector,
    traceIds: request.traceIdSelector,
    callSite: (request.stackTraceSelector?.callSite ?? []).map(({ name }) => name),
  });
  switch (request.format) {
    case ProfileFormat.PPROF: {
      const goPgo = request.stackTraceSelector?.goPgo;
      return pprofFieldBody(await mergedPprof(query, selection, request.end, goPgo));
    }
    case ProfileFormat.DOT: {
      const { tree } = await mergeTree(query, selection);
      if (tree.length === 0) return messageBody(SelectMergeStacktracesResponseSchema, {});
      return refuse('unimplemented', 'format PROFILE_FORMAT_DOT is not supported by this server');
    }
    case ProfileFormat.TREE: {
      const tree = await treeBytes(query, selection, maxNodes);
      return messageBody(SelectMergeStacktracesResponseSchema, { tree });
    }
    default:
      return flameGraph(query, selection, maxNodes);
  }
}

/** The same of the samples of some spans; older clients ask for it here. */
export async function mergeSpanProfile(
  query: Query<SelectMergeSpanProfileRequest>,
): Promise<AnswerBody> {
  const { request } = query;
  const { selection, maxNodes } = await select(query, {
    profileIds: [],
    spanIds: request.spanSelector,
    traceIds: [],
    callSite: [],
  });
  if (request.format !== ProfileFormat.TREE) return flameGraph(query, selection, maxNodes);
  const tree = await treeBytes(query, selection, maxNodes);
  return messageBody(SelectMergeSpanProfileResponseSchema, { tree });
}

type TreeRequest = Pick<
  SelectMergeStacktracesRequest,
  'start' | 'end' | 'maxNodes' | 'profileTypeID' | 'labelSelector'
>;

/** What to merge, undefined when it is nothing for certain, and how many nodes may stay. */
type Selected = {
  readonly selection: ProfileSelection | undefined;
  readonly maxNodes: number;
};

/** Pyroscope's order: the range, the number of nodes, type and selector, then ids. */
async function select(query: Query<TreeRequest>, selectors: SampleSelectors): Promise<Selected> {
  const range = queryRange(query);
  if (range === undefined) return { selection: undefined, maxNodes: 0 };
  const maxNodes = maxNodesOf(query.request.maxNodes, query.limits);
  const profiles = profileSelection(query, range);
  return { selection: await selectSamples(query, profiles, selectors), maxNodes };
}

/**
 * Pyroscope makes flame graphs from trees that came as truncated bytes, so what a tree was cut to
 * is cut once more: a box fewer or two where nothing was tied, and its users compare them.
 */
async function flameGraph(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
): Promise<AnswerBody> {
  const { tree } = await mergeTree(query, selection);
  return flameGraphBody(encodeFlameGraph(truncateCallTree(tree, maxNodes), maxNodes));
}

async function treeBytes(
  query: Query<unknown>,
  selection: ProfileSelection | undefined,
  maxNodes: number,
): Promise<Uint8Array> {
  const { tree } = await mergeTree(query, selection);
  return encodeTreeBytes(truncateCallTree(tree, maxNodes));
}

async function mergeTree(
  { reader, context }: Query<unknown>,
  selection: ProfileSelection | undefined,
): Promise<Pick<MergedTree, 'tree'>> {
  if (selection === undefined) return { tree: emptyTree() };
  const q = { ...selection, mode: 'sum', frameKey: 'reported-name' } as const;
  return answered(await reader.mergeTree(q, context));
}
