import type { FoundRows } from '../../parts/rows-in-range.ts';
import { foundRows } from './profile-rows.ts';
import type { OpenLevel, QueryTables, WantedType } from './query-tables.ts';
import type { SegmentTable } from './segment-index.ts';
import { createRowList } from './sorted-rows.ts';
import { DAY_MILLIS, HOUR_MILLIS, holdsStretch, hourOf, type ReadRange } from './whole-hours.ts';

/**
 * Sums of a roll-up's whole hours, or with `days` that of the whole day. Hours of which only a part lies in the range are left out: there
 * is nothing smaller to take that part from.
 */
export function rollupSums(
  wanted: WantedType<SegmentTable>,
  range: ReadRange,
  tables: QueryTables,
  days: boolean,
): FoundRows[] {
  const { table, type, places, hidden } = wanted;
  const dayMillis = table.segment.entry.day * DAY_MILLIS;
  const isDayInside = days && hidden === undefined && holdsStretch(range, dayMillis, DAY_MILLIS);
  const day = isDayInside ? tables.levelOf(table, 'day') : undefined;
  if (day !== undefined) return daysOf(day, wanted, tables);
  const hours = tables.levelOf(table, 'hour');
  if (hours === undefined) return [];
  const rows = createRowList();
  const { columns } = hours;
  const keys = columns.keys();
  const totals = columns.totals(type);
  for (const place of places) {
    const end = keys.streamStart[place + 1] ?? 0;
    for (let row = keys.streamStart[place] ?? 0; row < end; row++) {
      const millis = hourOf(keys.timeMillis[row] ?? 0);
      if (!holdsStretch(range, millis, HOUR_MILLIS) || !((totals[row] ?? 0) > 0)) continue;
      // Of an hour of which a part was deleted nothing is left that could be told apart.
      if (hidden?.hidesAny(place, millis, millis + HOUR_MILLIS) === true) continue;
      rows.push(row);
    }
  }
  return foundRows(hours.part, type, rows, tables);
}

function daysOf(
  { columns, part }: OpenLevel,
  { type, places }: WantedType<SegmentTable>,
  tables: QueryTables,
): FoundRows[] {
  const rows = createRowList();
  const { streamStart } = columns.keys();
  const totals = columns.totals(type);
  for (const place of places) {
    for (let row = streamStart[place] ?? 0; row < (streamStart[place + 1] ?? 0); row++) {
      if ((totals[row] ?? 0) > 0) rows.push(row);
    }
  }
  return foundRows(part, type, rows, tables);
}
