import type { CallTree } from '@emberscope/profile';
import type { SelectMergeStacktracesRequest } from '@emberscope/protocol/querier';
import type { ProfileSelection } from '../../store/selection.ts';
import { emptyTree } from '../empty-tree.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { maxNodesOf } from './max-nodes.ts';
import { queryRange } from './query-range.ts';
import { profileSelection } from './query-selection.ts';
import { type SampleSelectors, selectSamples } from './sample-selectors.ts';

/** What a request for a tree has in common with the others. */
export type TreeRequest = Pick<
  SelectMergeStacktracesRequest,
  'start' | 'end' | 'maxNodes' | 'profileTypeID' | 'labelSelector'
>;

/** What to merge, undefined when it is nothing for certain, and how many nodes may stay. */
export type Selected = {
  readonly selection: ProfileSelection | undefined;
  readonly maxNodes: number;
};

/** Pyroscope's order: the range, the number of nodes, type and selector, then ids. */
export async function selectStacktraces(
  query: Query<TreeRequest>,
  selectors: SampleSelectors,
): Promise<Selected> {
  const range = queryRange(query);
  if (range === undefined) return { selection: undefined, maxNodes: 0 };
  const maxNodes = maxNodesOf(query.request.maxNodes, query.limits);
  const profiles = profileSelection(query, range);
  return { selection: await selectSamples(query, profiles, selectors), maxNodes };
}

/** Which samples a request means. */
export function sampleSelectorsOf(request: SelectMergeStacktracesRequest): SampleSelectors {
  return {
    profileIds: request.profileIdSelector,
    spanIds: request.spanSelector,
    traceIds: request.traceIdSelector,
    callSite: (request.stackTraceSelector?.callSite ?? []).map(({ name }) => name),
  };
}

/**
 * What was selected, added up and cut to about `keepNodes` nodes (0 for all); functions are told
 * apart by name alone.
 */
export async function mergedTree(
  { reader, context }: Query<unknown>,
  selection: ProfileSelection | undefined,
  keepNodes: number,
): Promise<CallTree> {
  if (selection === undefined) return emptyTree();
  const q = { ...selection, mode: 'sum', frameKey: 'reported-name', keepNodes } as const;
  const { tree } = answered(await reader.mergeTree(q, context));
  return tree;
}
