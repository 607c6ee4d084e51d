import {
  createInt64ColumnBuilder,
  type Int64Column,
  int64At,
  isWide,
  sumInt64,
} from '@emberscope/profile';
import type { Coverage } from '../answers.ts';
import { profilesInRows, type RowColumns } from './part-table.ts';
import { comparePoints, type PointInTime } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import type { FoundRows } from './rows-in-range.ts';
import type { SampleFilter } from './sample-filter.ts';
import { numberSeries } from './series-numbers.ts';
import type { Series } from './series-registry.ts';

/**
 * What a query selects of one sample type of one table. `rows` and `totals` have a cell for each
 * profile, in order of arrival.
 */
export type SelectedPart = FoundRows & {
  /** The value of those samples of each profile that are selected; 0 where one function counts. */
  readonly totals: Int64Column;
  /** Undefined when all samples are. */
  readonly filter: SampleFilter | undefined;
};

/** One profile of a part: what answers that list profiles are made of. */
export type SelectedProfile = {
  readonly part: SelectedPart;
  /** Its place in the rows of the part. */
  readonly at: number;
  readonly row: number;
  readonly time: PointInTime;
  readonly arrival: number;
};

export function totalOf({ part, at }: SelectedProfile): bigint {
  return int64At(part.totals, at);
}

export function seriesOf({ part, row }: SelectedProfile): Series {
  return seriesOfRow(part, row);
}

function seriesOfRow({ table, type }: SelectedPart, row: number): Series {
  const stream = table.columns.stream[row] ?? 0;
  const series = table.registry.streams[stream]?.series[type];
  if (series === undefined) throw new Error(`no series of type ${type} for stream ${stream}`);
  return series;
}

export function timeOfRow({ timeMillis, timeNanosOnTop }: RowColumns, row: number): PointInTime {
  return { millis: timeMillis[row] ?? 0, nanosOnTop: timeNanosOnTop[row] ?? 0 };
}

/** All profiles of parts; of equal times the one that came first stands first. */
export function inTimeOrder(parts: readonly SelectedPart[], guard: QueryGuard): SelectedProfile[] {
  const profiles: SelectedProfile[] = [];
  for (const part of parts) {
    const { columns } = part.table;
    for (const [at, row] of part.rows.entries()) {
      guard.spend(4);
      const time = timeOfRow(columns, row);
      profiles.push({ part, at, row, time, arrival: columns.arrival[row] ?? 0 });
    }
  }
  return profiles.sort((a, b) => {
    guard.spend(1);
    return comparePoints(a.time, b.time) || a.arrival - b.arrival;
  });
}

/** Parts again from some of their profiles. */
export function partsOf(profiles: readonly SelectedProfile[]): SelectedPart[] {
  const chosen = new Map<SelectedPart, number[]>();
  for (const { part, at } of profiles) {
    const places = chosen.get(part);
    if (places === undefined) chosen.set(part, [at]);
    else places.push(at);
  }
  return [...chosen].map(([part, places]) => ({
    ...part,
    rows: Int32Array.from(places, (at) => part.rows[at] ?? 0),
    totals: pickCells(part.totals, places),
  }));
}

/** Profiles by series, those of a series in the order given. */
export function bySeries(profiles: readonly SelectedProfile[]): Map<Series, SelectedProfile[]> {
  const groups = new Map<Series, SelectedProfile[]>();
  for (const profile of profiles) {
    const series = seriesOf(profile);
    const group = groups.get(series);
    if (group === undefined) groups.set(series, [profile]);
    else group.push(profile);
  }
  return groups;
}

/** The value of everything that is selected. */
export function selectedTotal(parts: readonly SelectedPart[]): bigint {
  return parts.reduce((sum, { totals }) => sum + sumInt64(totals), 0n);
}

export function coverageOf(parts: readonly SelectedPart[]): Coverage {
  let profileCount = 0;
  let coveredNanos = 0n;
  for (const { table, rows } of parts) {
    profileCount += profilesInRows(table.columns, rows);
    coveredNanos += sumInt64(pickCells(table.columns.durationNanos, rows));
  }
  return { profileCount, seriesCount: numberSeries(parts).met().length, coveredNanos };
}

/** Some cells of a column, by row. */
export function pickCells(column: Int64Column, rows: ArrayLike<number>): Int64Column {
  if (!isWide(column)) {
    const cells = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) cells[i] = column[rows[i] ?? 0] ?? 0;
    return cells;
  }
  const picked = createInt64ColumnBuilder(Math.max(1, rows.length));
  for (let i = 0; i < rows.length; i++) picked.push(column[rows[i] ?? 0] ?? 0);
  return picked.finish();
}
