import { compareLabelSets, type LabelSet, labelSetFromRecord } from '@emberscope/labels';
import { int64At } from '@emberscope/profile';
import { floorDivide, NANOS_PER_MILLI } from '@emberscope/units';
import type { LabelPair, PointSeries } from '../../store/answers.ts';
import type { ProfileId, SpanId } from '../../store/ids.ts';

/** How many pieces the values of a heat map are cut into. */
export const VALUE_BUCKETS = 20;

/** Where a heat map begins and ends and how long its slots are, in ms; the step is positive. */
export type HeatMapTimes = {
  readonly startMillis: bigint;
  readonly endMillis: bigint;
  readonly stepMillis: number;
};

export type HeatMapGroup = {
  /** The labels grouped by that exist, in the order of the request. */
  readonly labels: readonly LabelPair[];
  readonly pointCount: number;
  /** Those that have a point, oldest first. */
  readonly slots: readonly HeatMapSlot[];
};

export type HeatMapSlot = {
  /** The right edge, ms since the epoch. */
  readonly edgeMillis: bigint;
  /** Points of each of {@link VALUE_BUCKETS}. */
  readonly counts: Int32Array;
  /** The largest point of each bucket that has one, the largest first; none unless asked for. */
  readonly exemplars: readonly HeatMapExemplar[];
};

export type HeatMapExemplar = {
  readonly timeNanos: bigint;
  readonly profileId: ProfileId;
  readonly spanId: SpanId | undefined;
  readonly value: bigint;
  readonly labels: readonly LabelPair[];
};

export type HeatMap = {
  /** Where each bucket of values begins, whole numbers; the same for all groups. */
  readonly bucketMins: Float64Array;
  /** Those with the most points first, then by labels. */
  readonly groups: readonly HeatMapGroup[];
};

/**
 * Counts points by time and value. Slots end at the start, a step later and so on, and the last at
 * the end of the range; the pieces of values have one width from the smallest to the largest of all
 * points. `series` may be finer than the groups: exemplars keep the labels that `groupBy` lacks.
 */
export function heatMapOf(
  series: readonly PointSeries[],
  groupBy: readonly string[],
  times: HeatMapTimes,
  withExemplars: boolean,
): HeatMap {
  const bucketMins = bucketMinsOf(series);
  const groups = groupsOf(series, groupBy).map(({ labels, set, members }) => {
    const slots = slotsOf(members, groupBy, bucketMins, times, withExemplars);
    const pointCount = members.reduce((sum, { length }) => sum + length, 0);
    return { labels, set, pointCount, slots };
  });
  groups.sort((a, b) => b.pointCount - a.pointCount || compareLabelSets(a.set, b.set));
  return { bucketMins, groups };
}

/**
 * All buckets begin at the value where there is only one. Beginnings are rounded towards the
 * smallest value, so that buckets narrower than 1 may begin at the same.
 */
function bucketMinsOf(series: readonly PointSeries[]): Float64Array {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { length, value } of series) {
    for (let i = 0; i < length; i++) {
      const each = Number(value[i] ?? 0);
      if (each < min) min = each;
      if (each > max) max = each;
    }
  }
  return Float64Array.from(
    { length: VALUE_BUCKETS },
    (_, i) => min + Math.trunc((i * (max - min)) / VALUE_BUCKETS),
  );
}

/** The last bucket that begins at or below the value: of several that begin there, the last. */
function bucketOf(bucketMins: Float64Array, value: number): number {
  let bucket = VALUE_BUCKETS - 1;
  while (bucket > 0 && (bucketMins[bucket] ?? 0) > value) bucket--;
  return bucket;
}

/** The number of the slot that takes a time: `(edge - step, edge]`, what is earlier the first. */
function slotOf(timeNanos: bigint, { startMillis, stepMillis }: HeatMapTimes): number {
  const afterStart = timeNanos - startMillis * NANOS_PER_MILLI;
  if (afterStart <= 0n) return 0;
  return Number(-floorDivide(-afterStart, BigInt(stepMillis) * NANOS_PER_MILLI));
}

type Group = {
  readonly labels: readonly LabelPair[];
  readonly set: LabelSet;
  readonly members: PointSeries[];
};

function groupsOf(series: readonly PointSeries[], groupBy: readonly string[]): readonly Group[] {
  const byKey = new Map<string, Group>();
  for (const each of series) {
    const valueByName = new Map(each.labels.map(({ name, value }) => [name, value]));
    const labels = groupBy.flatMap((name) => {
      const value = valueByName.get(name);
      return value === undefined ? [] : [{ name, value }];
    });
    const set = labelSetFromRecord(
      Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    );
    const group = byKey.get(set.key);
    if (group === undefined) byKey.set(set.key, { labels, set, members: [each] });
    else group.members.push(each);
  }
  return [...byKey.values()];
}

/** Where the largest point of a cell is. */
type PointAt = { readonly series: PointSeries; readonly index: number; readonly value: bigint };

function slotsOf(
  members: readonly PointSeries[],
  groupBy: readonly string[],
  bucketMins: Float64Array,
  times: HeatMapTimes,
  withExemplars: boolean,
): readonly HeatMapSlot[] {
  const bySlot = new Map<number, { counts: Int32Array; largest: Map<number, PointAt> }>();
  for (const series of members) {
    for (let index = 0; index < series.length; index++) {
      const number = slotOf(series.timeNanos[index] ?? 0n, times);
      let slot = bySlot.get(number);
      if (slot === undefined) {
        slot = { counts: new Int32Array(VALUE_BUCKETS), largest: new Map() };
        bySlot.set(number, slot);
      }
      const bucket = bucketOf(bucketMins, Number(series.value[index] ?? 0));
      slot.counts[bucket] = (slot.counts[bucket] ?? 0) + 1;
      if (!withExemplars) continue;
      const value = int64At(series.value, index);
      const before = slot.largest.get(bucket);
      if (before === undefined || value > before.value) {
        slot.largest.set(bucket, { series, index, value });
      }
    }
  }
  const numbers = [...bySlot.keys()].sort((a, b) => a - b);
  return numbers.map((number) => {
    const { counts = new Int32Array(VALUE_BUCKETS), largest } = bySlot.get(number) ?? {};
    const exemplars = [...(largest ?? [])]
      .sort(([a], [b]) => b - a)
      .map(([, point]) => exemplarOf(point, groupBy));
    return { edgeMillis: edgeOf(number, times), counts, exemplars };
  });
}

function edgeOf(slot: number, { startMillis, endMillis, stepMillis }: HeatMapTimes): bigint {
  const edge = startMillis + BigInt(slot) * BigInt(stepMillis);
  return edge > endMillis ? endMillis : edge;
}

function exemplarOf(
  { series, index, value }: PointAt,
  groupBy: readonly string[],
): HeatMapExemplar {
  const profileId = series.profileId[index];
  if (profileId === undefined) throw new Error(`point ${index} of ${series.length} has no profile`);
  return {
    timeNanos: series.timeNanos[index] ?? 0n,
    profileId,
    spanId: series.spanId[index],
    value,
    labels: series.labels.filter(({ name }) => !groupBy.includes(name)),
  };
}
