import type { PointInTime } from '../../parts/point-in-time.ts';
import type { SortedKeys } from './level-columns-cache.ts';
import type { ReadRange } from './whole-hours.ts';

/** Rows `[from, to)`. */
export type RowSpan = { readonly from: number; readonly to: number };

/** The rows of a stream that lie in a range: they stand in the order of their times. */
export function rowsOfStream(keys: SortedKeys, place: number, range: ReadRange): RowSpan {
  const first = keys.streamStart[place] ?? 0;
  const end = keys.streamStart[place + 1] ?? 0;
  return {
    from: firstFrom(keys, first, end, range.start),
    to: firstAfter(keys, first, end, range.end),
  };
}

/** The first of some rows of a stream that is not before a point; `end` when all are. */
function firstFrom(keys: SortedKeys, first: number, end: number, point: PointInTime): number {
  return search(first, end, (row) => compareRow(keys, row, point) < 0);
}

function firstAfter(keys: SortedKeys, first: number, end: number, point: PointInTime): number {
  return search(first, end, (row) => compareRow(keys, row, point) <= 0);
}

/** The first of some rows of a stream whose millisecond is not before one. */
export function firstFromMillis(
  { timeMillis }: SortedKeys,
  first: number,
  end: number,
  millis: number,
): number {
  return search(first, end, (row) => (timeMillis[row] ?? 0) < millis);
}

function search(first: number, end: number, isBefore: (row: number) => boolean): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareRow({ timeMillis, timeNanosOnTop }: SortedKeys, row: number, point: PointInTime) {
  return (timeMillis[row] ?? 0) - point.millis || (timeNanosOnTop[row] ?? 0) - point.nanosOnTop;
}

/** Rows that are found one after another. */
export type RowList = {
  push(row: number): void;
  /** Takes the last one back. */
  pop(): void;
  readonly length: () => number;
  finish(): Int32Array;
};

export function createRowList(): RowList {
  let rows = new Int32Array(64);
  let length = 0;
  return {
    push(row) {
      if (length === rows.length) {
        const larger = new Int32Array(2 * length);
        larger.set(rows);
        rows = larger;
      }
      rows[length++] = row;
    },
    pop() {
      length = Math.max(0, length - 1);
    },
    length: () => length,
    finish: () => rows.subarray(0, length),
  };
}
