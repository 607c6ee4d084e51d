import type { MergeMode } from '../selection.ts';
import { createExactSums } from './exact-sums.ts';
import { createMeans, type SeriesRows } from './merge-modes.ts';
import { profilesInRows, type RowColumns } from './part-table.ts';
import type { QueryGuard } from './query-guard.ts';
import type { SelectedPart } from './selected-parts.ts';
import { createSeriesNumbers } from './series-numbers.ts';
import type { Series } from './series-registry.ts';
import { needsWideSums } from './stack-sums.ts';
import { BEHIND_LAST_EDGE, type BucketNumbers } from './time-buckets.ts';

/**
 * Every series in every bucket that has a profile of it. All columns have a cell for each such pair,
 * in the order in which they were met.
 */
export type SeriesCells = {
  readonly series: readonly Series[];
  /** Rows of `series`. */
  readonly seriesNumber: readonly number[];
  readonly bucket: readonly number[];
  readonly profileCount: readonly number[];
  readonly value: readonly (number | bigint)[];
  /** Whether any of its profiles has a value: where one function counts, they may not. */
  readonly hasValue: readonly boolean[];
};

/** The profiles of each series in each bucket, merged, in one walk over the profiles. */
export function seriesCellsOf(
  parts: readonly SelectedPart[],
  buckets: BucketNumbers,
  mode: MergeMode,
  guard: QueryGuard,
): SeriesCells {
  const numbers = createSeriesNumbers();
  const cells = createCells();
  const profileCount: number[] = [];
  const hasValue: boolean[] = [];
  const merge = createCellMerge(mode, parts, guard);
  for (const part of parts) {
    const { table, rows, totals } = part;
    const { timeMillis, timeNanosOnTop, profileCount: profilesOfRow } = table.columns;
    const seriesOfRow = numbers.inPart(part);
    guard.spend(4 * rows.length);
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      const bucket = buckets.of(timeMillis[row] ?? 0, timeNanosOnTop[row] ?? 0);
      if (bucket === BEHIND_LAST_EDGE) continue;
      const total = totals[at] ?? 0;
      const cell = cells.of(seriesOfRow(row), bucket);
      profileCount[cell] = (profileCount[cell] ?? 0) + (profilesOfRow?.[row] ?? 1);
      hasValue[cell] = hasValue[cell] === true || total > 0;
      merge.add(cell, total, part, row);
    }
  }
  const { lineNumber, bucket } = cells;
  const value = bucket.map((_, cell) => merge.valueOf(cell));
  return { series: numbers.met(), seriesNumber: lineNumber, bucket, profileCount, value, hasValue };
}

/** Cells of lines (series, or groups of them) and buckets, numbered in the order they are met. */
export type Cells = {
  /** The cell of a line in a bucket, new or known. */
  of(line: number, bucket: number): number;
  readonly lineNumber: readonly number[];
  readonly bucket: readonly number[];
};

/** A line remembers its cell of before: profiles mostly come in the order of their times. */
export function createCells(): Cells {
  const lineNumber: number[] = [];
  const bucketOf: number[] = [];
  const cellInBucket: Map<number, number>[] = [];
  const bucketBefore: number[] = [];
  const cellBefore: number[] = [];

  function find(line: number, bucket: number): number {
    const known = cellInBucket[line] ?? new Map<number, number>();
    cellInBucket[line] = known;
    let cell = known.get(bucket);
    if (cell === undefined) {
      cell = bucketOf.length;
      known.set(bucket, cell);
      lineNumber.push(line);
      bucketOf.push(bucket);
    }
    bucketBefore[line] = bucket;
    cellBefore[line] = cell;
    return cell;
  }

  return {
    of: (line, bucket) =>
      bucketBefore[line] === bucket ? (cellBefore[line] ?? 0) : find(line, bucket),
    lineNumber,
    bucket: bucketOf,
  };
}

/** What the profiles of a cell become. */
type CellMerge = {
  add(cell: number, total: number | bigint, part: SelectedPart, row: number): void;
  valueOf(cell: number): number | bigint;
};

function createCellMerge(
  mode: MergeMode,
  parts: readonly SelectedPart[],
  guard: QueryGuard,
): CellMerge {
  switch (mode) {
    case 'sum': {
      const sums = createExactSums();
      return { add: sums.add, valueOf: sums.at };
    }
    case 'last':
      return createNewest();
    case 'average':
      return createCellMeans(parts, guard);
    default:
      return mode satisfies never;
  }
}

function createNewest(): CellMerge {
  const newest: { columns: RowColumns; row: number; total: number | bigint }[] = [];
  return {
    add(cell, total, { table }, row) {
      const { columns } = table;
      const known = newest[cell];
      if (known === undefined) newest[cell] = { columns, row, total };
      else if (isNewer(columns, row, known.columns, known.row)) {
        known.columns = columns;
        known.row = row;
        known.total = total;
      }
    },
    valueOf: (cell) => newest[cell]?.total ?? 0,
  };
}

/** Of equal times, what came last is newest; of two types of one profile, the later type. */
function isNewer(a: RowColumns, rowOfA: number, b: RowColumns, rowOfB: number): boolean {
  const later =
    (a.timeMillis[rowOfA] ?? 0) - (b.timeMillis[rowOfB] ?? 0) ||
    (a.timeNanosOnTop[rowOfA] ?? 0) - (b.timeNanosOnTop[rowOfB] ?? 0) ||
    (a.arrival[rowOfA] ?? 0) - (b.arrival[rowOfB] ?? 0);
  return later >= 0;
}

/** Means are rounded for each stack, so a cell remembers its profiles. */
function createCellMeans(parts: readonly SelectedPart[], guard: QueryGuard): CellMerge {
  const takeMean = createMeans(needsWideSums(parts), guard);
  const sums = createExactSums();
  const rowsOfCell: { readonly part: SelectedPart; readonly rows: number[] }[][] = [];
  return {
    add(cell, total, part, row) {
      sums.add(cell, total);
      const ofCell = rowsOfCell[cell] ?? [];
      rowsOfCell[cell] = ofCell;
      const last = ofCell.at(-1);
      if (last?.part === part) last.rows.push(row);
      else ofCell.push({ part, rows: [row] });
    },
    valueOf(cell) {
      const ofCell: readonly SeriesRows[] = rowsOfCell[cell] ?? [];
      // The mean of one profile is the profile itself.
      if (isOneProfile(ofCell)) return sums.at(cell);
      if (Number(sums.at(cell)) === 0) return 0;
      let total = 0n;
      takeMean(ofCell, (_, __, mean) => {
        total += BigInt(mean);
      });
      return total;
    },
  };
}

function isOneProfile([first, ...others]: readonly SeriesRows[]): boolean {
  if (first === undefined || others.length > 0 || first.rows.length > 1) return false;
  return profilesInRows(first.part.table.columns, first.rows) === 1;
}
