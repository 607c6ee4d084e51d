import { filterLabels, type LabelSet } from '@emberscope/labels';
import { createInt64ColumnBuilder, type Int64Column, sumInt64 } from '@emberscope/profile';
import type { BucketedSeries, Exemplar } from '../answers.ts';
import type { MergeMode } from '../selection.ts';
import { denseSeriesOf, type GroupBuckets } from './dense-series.ts';
import { createExactSums } from './exact-sums.ts';
import { type Group, groupBySeries, groupProfiles } from './group-profiles.ts';
import { nanosFromPoint } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import {
  inTimeOrder,
  type SelectedPart,
  type SelectedProfile,
  seriesOf,
  totalOf,
} from './selected-parts.ts';
import { createCells, type SeriesCells, seriesCellsOf } from './series-cells.ts';
import type { Series } from './series-registry.ts';
import {
  type Bucket,
  type BucketedRange,
  type BucketNumbers,
  bucketNumbers,
  bucketsOf,
} from './time-buckets.ts';

export type SeriesRequest = BucketedRange & {
  readonly groupBy: readonly string[];
  readonly mode: MergeMode;
  readonly limit: number;
  readonly exemplars: boolean;
};

/** Values over time of each group; the group with the largest sum first, then by labels. */
export function bucketedSeriesOf(
  parts: readonly SelectedPart[],
  request: SeriesRequest,
  guard: QueryGuard,
): readonly BucketedSeries[] {
  const { groupBy, mode, limit } = request;
  const numbers = bucketNumbers(request);
  const dense = mode === 'sum' ? denseSeriesOf(parts, numbers, groupBy, guard) : undefined;
  const groups = dense ?? sparseSeriesOf(parts, numbers, request, guard);
  // Exemplars come by groups in the same order, since these are made of the same profiles.
  const exemplars = request.exemplars ? exemplarsOfGroups(parts, request, guard) : [];
  const summed = groups.flatMap(
    ({ labels, hasValue, length, bucket, value, profileCount }, group) => {
      if (!hasValue) return [];
      const edgeMillis = new Float64Array(length);
      for (let i = 0; i < length; i++) edgeMillis[i] = numbers.edgeMillis(bucket[i] ?? 0);
      const series: BucketedSeries = {
        ...{ labels, length, edgeMillis, value, profileCount },
        exemplars: exemplars[group] ?? [],
      };
      return [{ series, sum: sumInt64(value) }];
    },
  );
  // The sort is stable, and groups come by their labels.
  summed.sort((a, b) => descending(a.sum, b.sum));
  const kept = limit > 0 ? summed.slice(0, limit) : summed;
  return kept.map(({ series }) => series);
}

type SparseGroup = Omit<GroupBuckets, 'value'> & { readonly value: Int64Column };

/** The same where few groups have a profile in a bucket, sums are wide, or are no sums. */
function sparseSeriesOf(
  parts: readonly SelectedPart[],
  numbers: BucketNumbers,
  { groupBy, mode }: SeriesRequest,
  guard: QueryGuard,
): readonly SparseGroup[] {
  const cells = seriesCellsOf(parts, numbers, mode, guard);
  const groups = groupBySeries(cells.series.entries(), groupBy, ([, series]) => series);
  const columns = addUpGroups(cells, groups, guard);
  return groups.map(({ labels }, group) => {
    const { buckets = [], hasValue = false } = columns[group] ?? {};
    return {
      labels,
      hasValue,
      length: buckets.length,
      bucket: Float64Array.from(buckets, ({ number }) => number),
      profileCount: Int32Array.from(buckets, ({ profileCount }) => profileCount),
      value: columnOf(buckets.map(({ value }) => value)),
    };
  });
}

type GroupBucket = {
  readonly number: number;
  readonly value: number | bigint;
  readonly profileCount: number;
};

/** The buckets of each group, oldest first, and whether it has a value in any. */
function addUpGroups(
  { series, seriesNumber, bucket, profileCount, value, hasValue }: SeriesCells,
  groups: readonly Group<[number, Series]>[],
  guard: QueryGuard,
) {
  const groupOf = new Int32Array(series.length);
  for (const [group, { items }] of groups.entries()) {
    for (const [number] of items) groupOf[number] = group;
  }
  const cells = createCells();
  const sums = createExactSums();
  const counts: number[] = [];
  const columns = groups.map(() => ({ buckets: Array.of<GroupBucket>(), hasValue: false }));
  guard.spend(4 * bucket.length);
  for (let i = 0; i < bucket.length; i++) {
    const group = groupOf[seriesNumber[i] ?? 0] ?? 0;
    const cell = cells.of(group, bucket[i] ?? 0);
    sums.add(cell, value[i] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + (profileCount[i] ?? 0);
    const column = columns[group];
    if (column !== undefined && hasValue[i] === true) column.hasValue = true;
  }
  for (const [cell, group] of cells.lineNumber.entries()) {
    const number = cells.bucket[cell] ?? 0;
    columns[group]?.buckets.push({
      number,
      value: sums.at(cell),
      profileCount: counts[cell] ?? 0,
    });
  }
  for (const { buckets } of columns) buckets.sort((a, b) => a.number - b.number);
  return columns;
}

function exemplarsOfGroups(
  parts: readonly SelectedPart[],
  request: SeriesRequest,
  guard: QueryGuard,
): Exemplar[][] {
  return groupProfiles(inTimeOrder(parts, guard), request.groupBy)
    .map(({ items }) => bucketsOf(items, request, guard))
    .filter((buckets) => buckets.length > 0)
    .map((buckets) => exemplarsOf(buckets, request.groupBy, guard));
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
        profileId: first.part.table.idAt(first.row),
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
