import { filterLabels, type LabelSet } from '@emberscope/labels';
import { createInt64ColumnBuilder, type Int64Column, sumInt64 } from '@emberscope/profile';
import type { BucketedSeries, Exemplar } from '../answers.ts';
import type { MergeMode, NanosRange } from '../selection.ts';
import { groupProfiles } from './group-profiles.ts';
import { totalByMode } from './merge-modes.ts';
import { nanosFromPoint } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import { type SelectedProfile, seriesOf, totalOf } from './selected-parts.ts';
import type { Series } from './series-registry.ts';
import { type Bucket, bucketsOf } from './time-buckets.ts';

export type SeriesRequest = {
  readonly range: NanosRange;
  readonly stepMillis: number;
  readonly groupBy: readonly string[];
  readonly mode: MergeMode;
  readonly limit: number;
  readonly exemplars: boolean;
};

/** Values over time of each group; the group with the largest sum first, then by labels. */
export function bucketedSeriesOf(
  profiles: readonly SelectedProfile[],
  request: SeriesRequest,
  guard: QueryGuard,
): readonly BucketedSeries[] {
  const { range, stepMillis, groupBy, mode, limit } = request;
  const summed = groupProfiles(profiles, groupBy).flatMap(({ labels, items }) => {
    const buckets = bucketsOf(items, range, stepMillis, guard);
    if (buckets.length === 0) return [];
    const value = columnOf(buckets.map((bucket) => totalByMode(bucket.profiles, mode, guard)));
    const series: BucketedSeries = {
      labels,
      length: buckets.length,
      edgeMillis: Float64Array.from(buckets, ({ edgeMillis }) => edgeMillis),
      value,
      profileCount: Int32Array.from(buckets, (bucket) => bucket.profiles.length),
      exemplars: request.exemplars ? exemplarsOf(buckets, groupBy, guard) : [],
    };
    return [{ series, sum: sumInt64(value) }];
  });
  // The sort is stable, and groups come by their labels.
  summed.sort((a, b) => descending(a.sum, b.sum));
  const kept = limit > 0 ? summed.slice(0, limit) : summed;
  return kept.map(({ series }) => series);
}

/** The largest profile of each bucket, of equal ones the earliest. */
function exemplarsOf(
  buckets: readonly Bucket[],
  groupBy: readonly string[],
  guard: QueryGuard,
): Exemplar[] {
  const otherLabels = labelsWithout(groupBy);
  return buckets.flatMap(({ profiles }) => {
    const candidates = new Map<number, { first: SelectedProfile; value: bigint }>();
    let largest: { readonly first: SelectedProfile; value: bigint } | undefined;
    for (const profile of profiles) {
      guard.spend(20);
      // Two types of one profile are one candidate: they came as one.
      const candidate = candidates.get(profile.arrival) ?? { first: profile, value: 0n };
      candidate.value += totalOf(profile);
      candidates.set(profile.arrival, candidate);
    }
    for (const candidate of candidates.values()) {
      if (largest === undefined || candidate.value > largest.value) largest = candidate;
    }
    if (largest === undefined) return [];
    const { first, value } = largest;
    return [
      {
        timeNanos: nanosFromPoint(first.time),
        profileId: first.part.table.ids.at(first.row),
        value,
        labels: otherLabels(seriesOf(first)),
      },
    ];
  });
}

/** Made once a series: each of its buckets has an exemplar. */
function labelsWithout(groupBy: readonly string[]): (series: Series) => LabelSet {
  const known = new Map<Series, LabelSet>();
  return (series) => {
    let labels = known.get(series);
    if (labels === undefined) {
      labels = filterLabels(series.labels, (name) => !groupBy.includes(name));
      known.set(series, labels);
    }
    return labels;
  };
}

export function columnOf(values: readonly (number | bigint)[]): Int64Column {
  const column = createInt64ColumnBuilder(Math.max(1, values.length));
  for (const value of values) column.push(value);
  return column.finish();
}

export function descending(a: bigint, b: bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}
