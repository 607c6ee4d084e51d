import type { FoundRows } from '../../parts/rows-in-range.ts';
import { rowsInRange } from '../../parts/rows-in-range.ts';
import type { HeadTable } from './head-index.ts';
import { headPartOf } from './head-part.ts';
import type { HiddenRows } from './hidden-rows.ts';
import type { LevelColumns } from './level-columns-cache.ts';
import type { QueryTables, WantedType } from './query-tables.ts';
import type { SegmentTable } from './segment-index.ts';
import { createRowList, type RowList, rowsOfStream } from './sorted-rows.ts';
import { holdsTimes, type ReadRange } from './whole-hours.ts';

/** Single profiles of a type of a segment's table: rows of its level `profile`. */
export function profilesOfSegment(
  wanted: WantedType<SegmentTable>,
  range: ReadRange,
  tables: QueryTables,
): FoundRows[] {
  const { table, type, places, hidden } = wanted;
  const level = tables.levelOf(table, 'profile');
  if (level === undefined) return [];
  const { columns, part } = level;
  const keys = columns.keys();
  const rows = createRowList();
  const keep = keepingVisible(columns, type, hidden, rows);
  for (const place of places) {
    const { from, to } = rowsOfStream(keys, place, range);
    tables.guard.spend(1 + to - from);
    keep(from, to);
  }
  return foundRows(part, type, rows, tables);
}

/** Puts those rows of a stretch into a list that have a value of the type and are not hidden. */
export function keepingVisible(
  columns: LevelColumns,
  type: number,
  hidden: HiddenRows | undefined,
  into: RowList,
): (from: number, to: number) => void {
  const totals = columns.totals(type);
  const { stream, timeMillis, timeNanosOnTop } = columns.keys();
  return (from, to) => {
    for (let row = from; row < to; row++) {
      if (!((totals[row] ?? 0) > 0)) continue;
      const isHidden = hidden?.hides(
        stream[row] ?? 0,
        timeMillis[row] ?? 0,
        timeNanosOnTop[row] ?? 0,
        () => columns.arrivals()[row] ?? 0,
      );
      if (isHidden !== true) into.push(row);
    }
  };
}

export function foundRows(
  table: FoundRows['table'],
  type: number,
  list: RowList,
  { budget }: QueryTables,
): FoundRows[] {
  if (list.length() === 0) return [];
  budget.take(list.length() * FOUND_ROW_BYTES);
  return [{ table, type, rows: list.finish() }];
}

/** Its number, and its total as answers copy it. */
const FOUND_ROW_BYTES = 12;

/** Single profiles of a type of a table of the head. */
export function profilesOfHead(
  wanted: WantedType<HeadTable>,
  range: ReadRange,
  tables: QueryTables,
): FoundRows[] {
  const { table, type, places, hidden } = wanted;
  const part = headPartOf(table);
  const { columns } = part;
  const streams = new Uint8Array(table.streams.length);
  for (const place of places) streams[place] = 1;
  tables.guard.spend(columns.stream.length);
  const isWhole = holdsTimes(range, table.rows.oldestMillis(), table.rows.newestMillis() + 1);
  const found = rowsInRange(columns, type, streams, isWhole ? undefined : range);
  const rows =
    hidden === undefined
      ? found
      : found.filter(
          (row) =>
            !hidden.hides(
              columns.stream[row] ?? 0,
              columns.timeMillis[row] ?? 0,
              columns.timeNanosOnTop[row] ?? 0,
              () => columns.arrival[row] ?? 0,
            ),
        );
  if (rows.length === 0) return [];
  tables.budget.take(rows.length * FOUND_ROW_BYTES);
  return [{ table: part, type, rows }];
}
