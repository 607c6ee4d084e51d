import { int64At } from '@emberscope/profile';
import type { BucketedSeries } from '../../store/answers.ts';
import type { FunctionSelector, MergeMode, ProfileSelection } from '../../store/selection.ts';
import { wholeMillisRange } from '../millis-range.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { rangeOfBuckets, type TimelineBuckets } from './timeline-buckets.ts';

/**
 * Values over time, all series of them. Times are cut to whole milliseconds here, so an edge is the
 * last nanosecond of its millisecond for a store, and the first bucket begins one behind the edge
 * before it.
 */
export async function timelineSeries(
  { reader, context }: Query<unknown>,
  selection: Omit<ProfileSelection, 'range'>,
  buckets: TimelineBuckets,
  options: {
    readonly groupBy: readonly string[];
    readonly mode: MergeMode;
    readonly function?: FunctionSelector;
  } & Pick<ProfileSelection, 'rollups'>,
): Promise<readonly BucketedSeries[]> {
  const { startMillis, endMillis } = rangeOfBuckets(buckets);
  const q = {
    ...selection,
    ...options,
    range: wholeMillisRange(startMillis, endMillis),
    firstEdgeNanos: wholeMillisRange(startMillis, buckets.firstEdgeMillis).endNanos,
    stepMillis: Number(buckets.stepMillis),
    limit: 0,
    exemplars: false,
  };
  return answered(await reader.selectSeries(q, context));
}

/** Series as `emberscope.page.v1.Timeline`. */
export function timelineMessage(buckets: TimelineBuckets, series: readonly BucketedSeries[]) {
  const { stepMillis, firstEdgeMillis, count } = buckets;
  const first = Number(firstEdgeMillis);
  const step = Number(stepMillis);
  return {
    stepMillis,
    firstEdgeMillis,
    pointCount: count,
    series: series.map(({ labels, length, edgeMillis, value, profileCount }) => ({
      labels: [...labels],
      bucket: Array.from(edgeMillis, (edge) => Math.round((edge - first) / step)),
      value: Array.from({ length }, (_, i) => int64At(value, i)),
      profileCount: Array.from(profileCount),
    })),
  };
}
