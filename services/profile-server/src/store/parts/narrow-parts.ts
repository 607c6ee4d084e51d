import { createInt64ColumnBuilder, type Int64Column, int64At, isWide } from '@emberscope/profile';
import type { FunctionSelector, ProfileSelection } from '../selection.ts';
import { type IdWords, idFromText } from './profile-ids.ts';
import type { QueryGuard } from './query-guard.ts';
import type { FoundRows } from './rows-in-range.ts';
import { createSampleFilters, type SampleFilter } from './sample-filter.ts';
import { pickCells, type SelectedPart } from './selected-parts.ts';
import { wantedIds } from './wanted-ids.ts';

/** What an engine found, with all samples. */
export function wholeParts(found: Iterable<FoundRows>): SelectedPart[] {
  return Array.from(found, wholePart);
}

/**
 * What an engine found of one profile type, cut down to the profiles and samples that are selected.
 * A profile left with no sample is not selected; but with `holding`, where only samples of stacks
 * that hold a function count, a profile without one stays and has a total of 0.
 */
export function narrowParts(
  found: Iterable<FoundRows>,
  q: ProfileSelection,
  guard: QueryGuard,
  holding?: FunctionSelector,
): SelectedPart[] {
  const filters = createSampleFilters(q, undefined, guard);
  const holdingFilters = holding === undefined ? undefined : createSampleFilters(q, holding, guard);
  const wanted =
    q.profileIds === undefined ? undefined : wantedIds(q.profileIds.flatMap(idsFromText));
  const parts: SelectedPart[] = [];
  for (const ofTable of found) {
    const { table, type } = ofTable;
    const rows =
      wanted === undefined
        ? ofTable.rows
        : ofTable.rows.filter((row) => {
            guard.spend(4);
            return table.isIdWanted(row, wanted);
          });
    if (rows.length === 0) continue;
    const filter = filters.of(table.dictionary);
    const part =
      filter === undefined
        ? wholePart({ table, type, rows })
        : filterProfiles({ table, type, rows }, filter, guard);
    if (part.rows.length === 0) continue;
    const narrower = holdingFilters?.of(table.dictionary);
    parts.push(narrower === undefined ? part : countOnly(part, narrower, guard));
  }
  return parts;
}

function idsFromText(text: string): IdWords[] {
  const id = idFromText(text);
  return id === undefined ? [] : [id];
}

function wholePart({ table, type, rows }: FoundRows): SelectedPart {
  const totals: Int64Column = table.columns.totals[type] ?? new Float64Array(0);
  return { table, type, rows, totals: pickCells(totals, rows), filter: undefined };
}

/** The profiles that have a sample which passes, with what these samples come to. */
function filterProfiles(
  { table, type, rows }: FoundRows,
  filter: SampleFilter,
  guard: QueryGuard,
): SelectedPart {
  const kept: number[] = [];
  const totals = createInt64ColumnBuilder();
  for (const row of rows) {
    const total = totalThatPasses({ table, type }, row, filter, guard);
    if (Number(total) === 0) continue;
    kept.push(row);
    totals.push(total);
  }
  return { table, type, rows: Int32Array.from(kept), totals: totals.finish(), filter };
}

/** The same profiles, with what those samples come to that pass. */
function countOnly(part: SelectedPart, filter: SampleFilter, guard: QueryGuard): SelectedPart {
  const totals = createInt64ColumnBuilder(part.rows.length);
  for (const row of part.rows) totals.push(totalThatPasses(part, row, filter, guard));
  return { ...part, totals: totals.finish(), filter };
}

function totalThatPasses(
  { table, type }: Pick<FoundRows, 'table' | 'type'>,
  row: number,
  filter: SampleFilter,
  guard: QueryGuard,
): number | bigint {
  const run = table.samplesOf(row, type);
  const { values, start, end } = run;
  guard.spend(2 * (1 + end - start));
  // The whole profile bounds what a part of it comes to.
  if (isWide(values) || isWideNumber(table.columns.totals[type]?.[row] ?? 0)) {
    let total = 0n;
    for (let sample = start; sample < end; sample++) {
      if (filter.passes(run, sample)) total += int64At(values, sample);
    }
    return total;
  }
  let total = 0;
  for (let sample = start; sample < end; sample++) {
    if (filter.passes(run, sample)) total += values[sample] ?? 0;
  }
  return total;
}

function isWideNumber(value: number | bigint): boolean {
  return typeof value === 'bigint' && value > BigInt(Number.MAX_SAFE_INTEGER);
}
