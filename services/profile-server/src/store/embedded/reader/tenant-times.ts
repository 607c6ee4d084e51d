import type { TenantStats } from '../../answers.ts';
import { nanosFromPoint, type PointInTime } from '../../parts/point-in-time.ts';
import type { HeadTable } from './head-index.ts';
import { headPartOf } from './head-part.ts';
import type { Deletions, HiddenRows } from './hidden-rows.ts';
import type { QueryTables } from './query-tables.ts';
import type { SegmentTable } from './segment-index.ts';
import { rowsOfStream } from './sorted-rows.ts';
import type { ReadRange } from './whole-hours.ts';

/**
 * The oldest and the newest profile of some tables, to the nanosecond. Of a segment's streams only
 * the milliseconds are known, rounded outwards; rows are read only of those that may hold the
 * oldest or the newest.
 */
export function timesOfTables(
  stored: readonly SegmentTable[],
  head: readonly HeadTable[],
  range: ReadRange,
  deletions: Deletions,
  tables: QueryTables,
): TenantStats {
  let oldest: PointInTime | undefined;
  let newest: PointInTime | undefined;

  function meet(millis: number, nanosOnTop: number): void {
    if (oldest === undefined || isBefore(millis, nanosOnTop, oldest))
      oldest = { millis, nanosOnTop };
    if (newest === undefined || !isUpTo(millis, nanosOnTop, newest))
      newest = { millis, nanosOnTop };
  }

  for (const table of head) meetHead(table);
  // The order in which bounds are most likely to be set early.
  const byAge = [...stored].sort((a, b) => a.oldestMillis - b.oldestMillis);
  for (const table of byAge) meetStored(table, 'oldest');
  for (const table of byAge.reverse()) meetStored(table, 'newest');

  function meetHead(table: HeadTable): void {
    const oldestMillis = table.rows.oldestMillis();
    const newestMillis = table.rows.newestMillis() + 1;
    const mayMatter =
      oldest === undefined ||
      newest === undefined ||
      oldestMillis <= oldest.millis ||
      newestMillis > newest.millis;
    if (!mayMatter) return;
    const { columns, kind } = headPartOf(table);
    const hidden = hiddenByType(table, -1, -1, { oldestMillis, newestMillis });
    tables.guard.spend(columns.stream.length);
    for (let row = 0; row < columns.stream.length; row++) {
      const millis = columns.timeMillis[row] ?? 0;
      const nanosOnTop = columns.timeNanosOnTop[row] ?? 0;
      if (isBefore(millis, nanosOnTop, range.start)) continue;
      const isVisible = kind.sampleTypes.some(
        (_, type) =>
          (columns.totals[type]?.[row] ?? 0) > 0 &&
          hidden[type]?.hides(
            columns.stream[row] ?? 0,
            millis,
            nanosOnTop,
            () => columns.arrival[row] ?? 0,
          ) !== true,
      );
      if (isVisible) meet(millis, nanosOnTop);
    }
  }

  function meetStored(table: SegmentTable, which: 'oldest' | 'newest'): void {
    const streams = table.facts;
    const { sequence, firstArrival } = table.segment.entry;
    let hidden: (HiddenRows | undefined)[] | undefined;
    for (const place of table.streams.keys()) {
      const mayMatter =
        which === 'oldest'
          ? oldest === undefined || (streams.oldestMillis[place] ?? 0) <= oldest.millis
          : newest === undefined || (streams.newestMillis[place] ?? 0) >= newest.millis;
      if (!mayMatter) continue;
      hidden ??= hiddenByType(table, sequence, firstArrival, table);
      meetStream(table, place, which, hidden);
    }
  }

  function meetStream(
    table: SegmentTable,
    place: number,
    which: 'oldest' | 'newest',
    hidden: readonly (HiddenRows | undefined)[],
  ): void {
    const columns = tables.levelOf(table, 'profile')?.columns;
    if (columns === undefined) return;
    const keys = columns.keys();
    const { from, to } = rowsOfStream(keys, place, range);
    const step = which === 'oldest' ? 1 : -1;
    for (let row = which === 'oldest' ? from : to - 1; row >= from && row < to; row += step) {
      tables.guard.spend(1);
      const millis = keys.timeMillis[row] ?? 0;
      const nanosOnTop = keys.timeNanosOnTop[row] ?? 0;
      const isVisible = table.kind.sampleTypes.some(
        (_, type) =>
          hidden[type]?.hides(place, millis, nanosOnTop, () => columns.arrivals()[row] ?? 0) !==
            true && (columns.totals(type)[row] ?? 0) > 0,
      );
      if (!isVisible) continue;
      meet(millis, nanosOnTop);
      return;
    }
  }

  function hiddenByType(
    table: SegmentTable | HeadTable,
    sequence: number,
    firstArrival: number,
    times: { readonly oldestMillis: number; readonly newestMillis: number },
  ): (HiddenRows | undefined)[] {
    const { tenant, kind, streams, dictionary } = table;
    const { service } = dictionary.name;
    const rows = { tenant, service, kind, streams, sequence, firstArrival, ...pickTimes(times) };
    return kind.sampleTypes.map((_, type) => deletions.hiddenIn(rows, type));
  }

  if (oldest === undefined || newest === undefined) return { kind: 'nothing-ingested' };
  return {
    kind: 'ingested',
    oldestNanos: nanosFromPoint(oldest),
    newestNanos: nanosFromPoint(newest),
  };
}

function pickTimes({
  oldestMillis,
  newestMillis,
}: {
  readonly oldestMillis: number;
  readonly newestMillis: number;
}) {
  return { oldestMillis, newestMillis };
}

function isBefore(millis: number, nanosOnTop: number, point: PointInTime): boolean {
  return millis < point.millis || (millis === point.millis && nanosOnTop < point.nanosOnTop);
}

function isUpTo(millis: number, nanosOnTop: number, point: PointInTime): boolean {
  return millis < point.millis || (millis === point.millis && nanosOnTop <= point.nanosOnTop);
}
