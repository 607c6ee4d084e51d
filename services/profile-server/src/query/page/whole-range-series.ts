import type { BucketedSeries } from '../../store/answers.ts';
import type { FunctionSelector, MergeMode, ProfileSelection } from '../../store/selection.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';

/** The total of each group over the whole range of a selection: series of one bucket. */
export async function wholeRangeSeries(
  { reader, context }: Query<unknown>,
  selection: ProfileSelection,
  options: {
    readonly groupBy: readonly string[];
    readonly mode: MergeMode;
    readonly function?: FunctionSelector;
  } & Pick<ProfileSelection, 'rollups'>,
): Promise<readonly BucketedSeries[]> {
  // All of the range lies before the first edge, so that the step says nothing.
  const buckets = { firstEdgeNanos: selection.range.endNanos, stepMillis: 1 };
  const q = { ...selection, ...options, ...buckets, limit: 0, exemplars: false };
  return answered(await reader.selectSeries(q, context));
}
