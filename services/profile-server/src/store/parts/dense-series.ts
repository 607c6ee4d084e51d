import { isWide } from '@emberscope/profile';
import type { LabelPair } from '../answers.ts';
import { groupBySeries } from './group-profiles.ts';
import type { QueryGuard } from './query-guard.ts';
import type { SelectedPart } from './selected-parts.ts';
import { numberSeries } from './series-numbers.ts';
import { needsWideSums } from './stack-sums.ts';
import { BEHIND_LAST_EDGE, type BucketNumbers } from './time-buckets.ts';

/** The buckets of a group that have a profile, oldest first. The columns have `length` cells. */
export type GroupBuckets = {
  readonly labels: readonly LabelPair[];
  /** Whether any profile has a value. */
  readonly hasValue: boolean;
  readonly length: number;
  /** Doubles: three hundred years have more milliseconds than 32 bits can count. */
  readonly bucket: Float64Array;
  readonly profileCount: Int32Array;
  readonly value: Float64Array;
};

/** Cells of groups and buckets that there may be however few the profiles are: 12 bytes each. */
const FREE_CELLS = 64 * 1024;
const CELLS_PER_PROFILE = 4;

/**
 * Sums of the profiles of each group in each bucket, in a cell for each such pair: what most
 * questions are about has profiles in nearly all of them. Groups that have a profile in any, by
 * their labels. Undefined where most cells would be empty, or doubles are not exact.
 */
export function denseSeriesOf(
  parts: readonly SelectedPart[],
  buckets: BucketNumbers,
  groupBy: readonly string[],
  guard: QueryGuard,
): readonly GroupBuckets[] | undefined {
  if (needsWideSums(parts)) return undefined;
  const profiles = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  guard.spend(profiles);
  const numbers = numberSeries(parts);
  const groups = groupBySeries(numbers.met().entries(), groupBy, ([, series]) => series);
  const cellCount = groups.length * buckets.count;
  if (cellCount > Math.max(FREE_CELLS, CELLS_PER_PROFILE * profiles)) return undefined;

  const groupOf = new Int32Array(numbers.met().length);
  for (const [group, { items }] of groups.entries()) {
    for (const [number] of items) groupOf[number] = group;
  }
  const cells: Cells = {
    value: new Float64Array(cellCount),
    profileCount: new Int32Array(cellCount),
    hasValue: new Uint8Array(groups.length),
  };
  for (const part of parts) {
    guard.spend(4 * part.rows.length);
    addPart(cells, part, numbers.inPart(part), groupOf, buckets);
  }
  return groups.flatMap(({ labels }, group) => {
    const first = group * buckets.count;
    const hasValue = cells.hasValue[group] === 1;
    const found = bucketsIn(cells, first, first + buckets.count);
    return found.length === 0 ? [] : [{ labels, hasValue, ...found }];
  });
}

type Cells = {
  readonly value: Float64Array;
  readonly profileCount: Int32Array;
  /** Of each group. */
  readonly hasValue: Uint8Array;
};

function addPart(
  { value, profileCount, hasValue }: Cells,
  { table, rows, totals }: SelectedPart,
  seriesOfRow: (row: number) => number,
  groupOf: Int32Array,
  buckets: BucketNumbers,
): void {
  if (isWide(totals)) throw new Error('wide totals among narrow sums');
  const { timeMillis, timeNanosOnTop, profileCount: profilesOfRow } = table.columns;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const bucket = buckets.of(timeMillis[row] ?? 0, timeNanosOnTop[row] ?? 0);
    if (bucket === BEHIND_LAST_EDGE) continue;
    const group = groupOf[seriesOfRow(row)] ?? 0;
    const cell = group * buckets.count + bucket;
    const total = totals[at] ?? 0;
    value[cell] = (value[cell] ?? 0) + total;
    const count = profilesOfRow === undefined ? 1 : (profilesOfRow[row] ?? 1);
    profileCount[cell] = (profileCount[cell] ?? 0) + count;
    if (total > 0) hasValue[group] = 1;
  }
}

function bucketsIn({ value, profileCount }: Cells, from: number, to: number) {
  let length = 0;
  for (let cell = from; cell < to; cell++) if ((profileCount[cell] ?? 0) > 0) length++;
  const found = {
    length,
    bucket: new Float64Array(length),
    profileCount: new Int32Array(length),
    value: new Float64Array(length),
  };
  let row = 0;
  for (let cell = from; cell < to; cell++) {
    const count = profileCount[cell] ?? 0;
    if (count === 0) continue;
    found.bucket[row] = cell - from;
    found.profileCount[row] = count;
    found.value[row++] = value[cell] ?? 0;
  }
  return found;
}
