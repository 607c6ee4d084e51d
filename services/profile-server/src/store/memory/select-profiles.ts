import {
  createInt64ColumnBuilder,
  type Int64Column,
  int64At,
  isWide,
  profileTypeId,
} from '@emberscope/profile';
import { type MatchedStreams, matchSeries } from '../parts/match-series.ts';
import { type PointInTime, pointFromNanos } from '../parts/point-in-time.ts';
import { type IdWords, idFromText } from '../parts/profile-ids.ts';
import type { QueryGuard } from '../parts/query-guard.ts';
import { createSampleFilters, type SampleFilter } from '../parts/sample-filter.ts';
import { pickCells, type SelectedPart } from '../parts/selected-parts.ts';
import { wantedIds } from '../parts/wanted-ids.ts';
import type { FunctionSelector, ProfileSelection, Selection } from '../selection.ts';
import type { Head } from './head.ts';
import type { ProfileColumns } from './profile-table.ts';

/** Profiles of every type, as metadata queries see them. */
export function selectAny(head: Head, q: Selection, guard: QueryGuard): SelectedPart[] {
  return [...selectTypes(head, q, undefined, guard)].map((part) => ({
    ...part,
    totals: totalsOf(part, part.rows),
    filter: undefined,
  }));
}

/**
 * The profiles that are selected, with the samples that are. A profile left with no sample is not
 * selected; but with `holding`, where only samples of stacks that hold a function count, a profile
 * without one stays and has a total of 0.
 */
export function selectProfiles(
  head: Head,
  q: ProfileSelection,
  guard: QueryGuard,
  holding?: FunctionSelector,
): SelectedPart[] {
  const filters = createSampleFilters(q, undefined, guard);
  const holdingFilters = holding === undefined ? undefined : createSampleFilters(q, holding, guard);
  const wanted =
    q.profileIds === undefined ? undefined : wantedIds(q.profileIds.flatMap(idsFromText));
  const parts: SelectedPart[] = [];
  for (const found of selectTypes(head, q, profileTypeId(q.profileType), guard)) {
    const { ids } = found.table;
    const rows =
      wanted === undefined
        ? found.rows
        : found.rows.filter((row) => {
            guard.spend(4);
            return ids.isWantedAt(row, wanted);
          });
    if (rows.length === 0) continue;
    const filter = filters.of(found.table);
    const part =
      filter === undefined
        ? { ...found, rows, totals: totalsOf(found, rows), filter }
        : filterProfiles({ ...found, rows }, filter, guard);
    if (part.rows.length === 0) continue;
    const narrower = holdingFilters?.of(found.table);
    parts.push(narrower === undefined ? part : countOnly(part, narrower, guard));
  }
  return parts;
}

function idsFromText(text: string): IdWords[] {
  const id = idFromText(text);
  return id === undefined ? [] : [id];
}

type FoundRows = Omit<SelectedPart, 'totals' | 'filter'>;

function* selectTypes(
  head: Head,
  q: Selection,
  profileType: string | undefined,
  guard: QueryGuard,
): Iterable<FoundRows> {
  const start = pointFromNanos(q.range.startNanos);
  const end = pointFromNanos(q.range.endNanos);
  for (const tenant of new Set(q.tenants)) {
    let matched: MatchedStreams | undefined;
    for (const of of head.tablesOf(tenant)) {
      guard.check();
      const { table, registry } = of;
      if (table.newestMillis() < start.millis || table.oldestMillis() > end.millis) continue;
      matched ??= matchSeries(registry, q.matchers, profileType);
      const columns = table.columns();
      const isWhole = table.oldestMillis() > start.millis && table.newestMillis() < end.millis;
      for (let type = 0; type < columns.totals.length; type++) {
        const streams = matched.ofType(table.kind, type);
        if (streams === undefined) continue;
        guard.spend(columns.length);
        const inTime = isWhole ? undefined : { start, end };
        const rows = rowsOf(columns, type, streams, inTime);
        if (rows.length > 0) yield { ...of, columns, type, rows };
      }
    }
  }
}

/** The rows of some streams that have a value of a type, and lie within a range if one is given. */
function rowsOf(
  columns: ProfileColumns,
  type: number,
  streams: Uint8Array,
  inTime: { readonly start: PointInTime; readonly end: PointInTime } | undefined,
): Int32Array {
  const { stream, length } = columns;
  const totals = columns.totals[type] ?? new Float64Array(0);
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (streams[stream[row] ?? 0] !== 1) continue;
    if (inTime !== undefined && !isInRange(columns, row, inTime.start, inTime.end)) continue;
    if ((totals[row] ?? 0) > 0) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

function isInRange(
  { timeMillis, timeNanosOnTop }: ProfileColumns,
  row: number,
  start: PointInTime,
  end: PointInTime,
): boolean {
  const millis = timeMillis[row] ?? 0;
  if (millis < start.millis || millis > end.millis) return false;
  const nanosOnTop = timeNanosOnTop[row] ?? 0;
  if (millis === start.millis && nanosOnTop < start.nanosOnTop) return false;
  return millis !== end.millis || nanosOnTop <= end.nanosOnTop;
}

function totalsOf({ columns, type }: FoundRows, rows: Int32Array): Int64Column {
  return pickCells(columns.totals[type] ?? new Float64Array(0), rows);
}

/** The profiles that have a sample which passes, with what these samples come to. */
function filterProfiles(found: FoundRows, filter: SampleFilter, guard: QueryGuard): SelectedPart {
  const kept: number[] = [];
  const totals = createInt64ColumnBuilder();
  for (const row of found.rows) {
    const total = totalThatPasses(found, row, filter, guard);
    if (Number(total) === 0) continue;
    kept.push(row);
    totals.push(total);
  }
  return { ...found, rows: Int32Array.from(kept), totals: totals.finish(), filter };
}

/** The same profiles, with what those samples come to that pass. */
function countOnly(part: SelectedPart, filter: SampleFilter, guard: QueryGuard): SelectedPart {
  const totals = createInt64ColumnBuilder(part.rows.length);
  for (const row of part.rows) totals.push(totalThatPasses(part, row, filter, guard));
  return { ...part, totals: totals.finish(), filter };
}

function totalThatPasses(
  { columns, type }: FoundRows,
  row: number,
  filter: SampleFilter,
  guard: QueryGuard,
): number | bigint {
  const values = columns.samples.values[type] ?? new Float64Array(0);
  const start = columns.sampleStart[row] ?? 0;
  const end = columns.sampleStart[row + 1] ?? 0;
  guard.spend(2 * (1 + end - start));
  // The whole profile bounds what a part of it comes to.
  if (isWide(values) || isWideNumber(columns.totals[type]?.[row] ?? 0)) {
    let total = 0n;
    for (let sample = start; sample < end; sample++) {
      if (filter.passes(sample)) total += int64At(values, sample);
    }
    return total;
  }
  let total = 0;
  for (let sample = start; sample < end; sample++) {
    if (filter.passes(sample)) total += values[sample] ?? 0;
  }
  return total;
}

function isWideNumber(value: number | bigint): boolean {
  return typeof value === 'bigint' && value > BigInt(Number.MAX_SAFE_INTEGER);
}
