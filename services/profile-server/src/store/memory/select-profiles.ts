import {
  createInt64ColumnBuilder,
  type Int64Column,
  int64At,
  profileTypeId,
} from '@emberscope/profile';
import type { FunctionSelector, ProfileSelection, Selection } from '../selection.ts';
import type { Head } from './head.ts';
import { type MatchedStreams, matchSeries } from './match-series.ts';
import { type PointInTime, pointFromNanos } from './point-in-time.ts';
import { type IdWords, idFromText } from './profile-ids.ts';
import type { ProfileColumns } from './profile-table.ts';
import type { QueryGuard } from './query-guard.ts';
import { createSampleFilters, type SampleFilter } from './sample-filter.ts';
import { pickCells, type SelectedPart } from './selected-parts.ts';
import { wantedIds } from './wanted-ids.ts';

/** Profiles of every type, as metadata queries see them. */
export function selectAny(head: Head, q: Selection, guard: QueryGuard): SelectedPart[] {
  return [...selectTypes(head, q, undefined, guard)].map((part) => ({
    ...part,
    totals: totalsOf(part, part.rows),
    filter: undefined,
  }));
}

/**
 * The profiles that are selected, with the samples that are: of stacks that hold a function, when
 * one is given. A profile left with no sample is not selected.
 */
export function selectProfiles(
  head: Head,
  q: ProfileSelection,
  guard: QueryGuard,
  holding?: FunctionSelector,
): SelectedPart[] {
  const filters = createSampleFilters(q, holding, guard);
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
    if (part.rows.length > 0) parts.push(part);
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
      for (let type = 0; type < columns.totals.length; type++) {
        guard.spend(columns.length);
        const rows = rowsInRange(columns, type, matched, start, end);
        if (rows.length > 0) yield { ...of, columns, type, rows };
      }
    }
  }
}

function rowsInRange(
  columns: ProfileColumns,
  type: number,
  matched: MatchedStreams,
  start: PointInTime,
  end: PointInTime,
): Int32Array {
  const { timeMillis, timeNanosOnTop, stream, length } = columns;
  const totals = columns.totals[type] ?? new Float64Array(0);
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const millis = timeMillis[row] ?? 0;
    if (millis < start.millis || millis > end.millis) continue;
    const nanosOnTop = timeNanosOnTop[row] ?? 0;
    if (millis === start.millis && nanosOnTop < start.nanosOnTop) continue;
    if (millis === end.millis && nanosOnTop > end.nanosOnTop) continue;
    if ((totals[row] ?? 0) > 0 && matched.has(stream[row] ?? 0, type)) rows[count++] = row;
  }
  return rows.slice(0, count);
}

function totalsOf({ columns, type }: FoundRows, rows: Int32Array): Int64Column {
  return pickCells(columns.totals[type] ?? new Float64Array(0), rows);
}

/** The profiles that have a sample which passes, with what these samples come to. */
function filterProfiles(found: FoundRows, filter: SampleFilter, guard: QueryGuard): SelectedPart {
  const { columns, type } = found;
  const values = columns.samples.values[type] ?? new Float64Array(0);
  const kept: number[] = [];
  const totals = createInt64ColumnBuilder();
  for (const row of found.rows) {
    const start = columns.sampleStart[row] ?? 0;
    const end = columns.sampleStart[row + 1] ?? 0;
    guard.spend(2 * (1 + end - start));
    let total = 0n;
    for (let sample = start; sample < end; sample++) {
      if (filter.passes(sample)) total += int64At(values, sample);
    }
    if (total === 0n) continue;
    kept.push(row);
    totals.push(total);
  }
  return { ...found, rows: Int32Array.from(kept), totals: totals.finish(), filter };
}
