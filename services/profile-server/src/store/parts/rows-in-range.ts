import type { PartTable, RowColumns } from './part-table.ts';
import type { PointInTime } from './point-in-time.ts';

/** Rows of one sample type of a table: what an engine finds for a query. */
export type FoundRows = {
  readonly table: PartTable;
  /** A sample type of the table's kind. */
  readonly type: number;
  /** In order of arrival; each has a value of the type. */
  readonly rows: Int32Array;
};

/** Both ends included. */
export type PointRange = { readonly start: PointInTime; readonly end: PointInTime };

/**
 * The rows of some streams that have a value of a type, and lie within a range if one is given.
 * `streams` has 1 for each stream that is selected.
 */
export function rowsInRange(
  columns: RowColumns,
  type: number,
  streams: Uint8Array,
  range: PointRange | undefined,
): Int32Array {
  const { stream } = columns;
  const { length } = stream;
  const totals = columns.totals[type] ?? new Float64Array(0);
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (streams[stream[row] ?? 0] !== 1) continue;
    if (range !== undefined && !isInRange(columns, row, range)) continue;
    if ((totals[row] ?? 0) > 0) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

function isInRange(
  { timeMillis, timeNanosOnTop }: RowColumns,
  row: number,
  { start, end }: PointRange,
): boolean {
  const millis = timeMillis[row] ?? 0;
  if (millis < start.millis || millis > end.millis) return false;
  const nanosOnTop = timeNanosOnTop[row] ?? 0;
  if (millis === start.millis && nanosOnTop < start.nanosOnTop) return false;
  return millis !== end.millis || nanosOnTop <= end.nanosOnTop;
}
