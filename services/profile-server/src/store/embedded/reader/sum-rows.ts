import type { FoundRows } from '../../parts/rows-in-range.ts';
import type { LevelColumns, SortedKeys } from './level-columns-cache.ts';
import { foundRows, keepingVisible, profilesOfSegment } from './profile-rows.ts';
import type { OpenLevel, QueryTables, WantedType } from './query-tables.ts';
import type { SegmentTable } from './segment-index.ts';
import { createRowList, firstFromMillis, type RowList, rowsOfStream } from './sorted-rows.ts';
import { DAY_MILLIS, HOUR_MILLIS, holdsTimes, hourOf, type ReadRange } from './whole-hours.ts';

export type SumPlan = {
  /** Sums of whole days too, not only of hours. */
  readonly days: boolean;
  /** The newest profile of each stream stands for itself, so that its time is known. */
  readonly newestAlone: boolean;
};

/**
 * The profiles of a type of a table, for whoever adds them up: the sum of the day where all profiles
 * of a stream lie in the range, sums of whole hours, and single profiles for the rest. What is hidden
 * in part is read profile by profile.
 */
export function sumsOfSegment(
  wanted: WantedType<SegmentTable>,
  range: ReadRange,
  tables: QueryTables,
  plan: SumPlan,
): FoundRows[] {
  const { table, type, places, hidden } = wanted;
  const streams = table.facts;
  const isInside = (place: number): boolean =>
    holdsTimes(range, streams.oldestMillis[place] ?? 0, streams.newestMillis[place] ?? 0);
  const hours = hidden === undefined ? tables.levelOf(table, 'hour') : undefined;
  const usesDays = plan.days && hidden === undefined && places.some(isInside);
  const day = usesDays ? tables.levelOf(table, 'day') : undefined;
  if ((hours === undefined || !holdsAnyHour(range, table)) && day === undefined) {
    return profilesOfSegment(wanted, range, tables);
  }
  const singles = createSingles(wanted, range, tables);
  const ofDay = day === undefined ? undefined : createSums(table, type, day, tables, DAY_MILLIS);
  const ofHours =
    hours === undefined ? undefined : createSums(table, type, hours, tables, HOUR_MILLIS);
  for (const place of places) {
    tables.guard.spend(8);
    if (ofDay !== undefined && isInside(place) && ofDay.takeAll(place)) continue;
    const taken = ofHours?.takeWhole(place, range) ?? [];
    const profilesTaken = taken.reduce((sum, { profileCount }) => sum + profileCount, 0);
    const isAll = profilesTaken === streams.profileCount[place];
    if (!isAll || plan.newestAlone) {
      const alone = singles.keepRest(place, taken, plan.newestAlone);
      if (alone) ofHours?.giveBackLast();
    }
  }
  return [
    ...(day === undefined || ofDay === undefined
      ? []
      : foundRows(day.part, type, ofDay.rows, tables)),
    ...(hours === undefined || ofHours === undefined
      ? []
      : foundRows(hours.part, type, ofHours.rows, tables)),
    ...singles.found(),
  ];
}

function holdsAnyHour(
  { firstWholeMillis, endWholeMillis }: ReadRange,
  table: SegmentTable,
): boolean {
  const from = Math.max(firstWholeMillis, hourOf(table.oldestMillis));
  const to = Math.min(endWholeMillis, hourOf(table.newestMillis) + HOUR_MILLIS);
  return Math.ceil(from / HOUR_MILLIS) * HOUR_MILLIS + HOUR_MILLIS <= to;
}

/** A whole hour whose sum is used. */
type TakenHour = { readonly millis: number; readonly profileCount: number };

/** Rows of a level of sums that are used. */
type Sums = {
  readonly rows: RowList;
  /** Uses the sum of all of a stream's profiles, if there is one for this type. */
  takeAll(place: number): boolean;
  /** Uses the sums of a stream's hours that lie in a range, and says which they are. */
  takeWhole(place: number, range: ReadRange): TakenHour[];
  /** The row that was taken last is not used after all. */
  giveBackLast(): void;
};

function createSums(
  table: SegmentTable,
  type: number,
  { columns }: OpenLevel,
  tables: QueryTables,
  lengthMillis: number,
): Sums {
  const keys = columns.keys();
  const totals = columns.totals(type);
  const isUsable = usableSums(table, columns, type, tables, lengthMillis);
  const rows = createRowList();

  return {
    rows,
    takeAll(place) {
      const row = keys.streamStart[place] ?? 0;
      if (row === (keys.streamStart[place + 1] ?? 0) || isUsable?.[row] === 0) return false;
      if ((totals[row] ?? 0) > 0) rows.push(row);
      return true;
    },
    takeWhole(place, range) {
      const taken: TakenHour[] = [];
      const end = keys.streamStart[place + 1] ?? 0;
      let row = firstFromMillis(keys, keys.streamStart[place] ?? 0, end, range.firstWholeMillis);
      for (; row < end; row++) {
        const millis = hourOf(keys.timeMillis[row] ?? 0);
        if (millis + HOUR_MILLIS > range.endWholeMillis) break;
        if (millis < range.firstWholeMillis || isUsable?.[row] === 0) continue;
        if (!((totals[row] ?? 0) > 0)) continue;
        rows.push(row);
        taken.push({ millis, profileCount: keys.profileCount[row] ?? 0 });
      }
      return taken;
    },
    giveBackLast: rows.pop,
  };
}

/** Single profiles, for what no sum is used of. */
function createSingles(wanted: WantedType<SegmentTable>, range: ReadRange, tables: QueryTables) {
  const { table, type, hidden } = wanted;
  const rows = createRowList();
  /** Read only if any profile has to stand for itself. */
  let opened: { readonly level: OpenLevel; readonly keys: SortedKeys } | undefined;
  let keep: ((from: number, to: number) => void) | undefined;

  function open() {
    const level = tables.levelOf(table, 'profile');
    if (opened !== undefined || level === undefined) return opened;
    opened = { level, keys: level.columns.keys() };
    keep = keepingVisible(level.columns, type, hidden, rows);
    return opened;
  }

  return {
    /**
     * Keeps a stream's profiles in the range that lie in none of the hours taken. With
     * `newestAlone`, the last hour's as well when nothing follows it: answers true then.
     */
    keepRest(place: number, taken: readonly TakenHour[], newestAlone: boolean): boolean {
      const keys = open()?.keys;
      if (keys === undefined || keep === undefined) return false;
      const { from, to } = rowsOfStream(keys, place, range);
      let at = from;
      for (const [i, { millis }] of taken.entries()) {
        const begin = firstFromMillis(keys, at, to, millis);
        const end = firstFromMillis(keys, begin, to, millis + HOUR_MILLIS);
        tables.guard.spend(1 + begin - at);
        keep(at, begin);
        const isNewest = newestAlone && i === taken.length - 1 && !hasValue(end, to);
        if (isNewest) {
          keep(begin, end);
          return true;
        }
        at = end;
      }
      tables.guard.spend(1 + to - at);
      keep(at, to);
      return false;
    },
    found: (): FoundRows[] =>
      opened === undefined ? [] : foundRows(opened.level.part, type, rows, tables),
  };

  function hasValue(from: number, to: number): boolean {
    const totals = opened?.level.columns.totals(type);
    for (let row = from; row < to; row++) if ((totals?.[row] ?? 0) > 0) return true;
    return false;
  }
}

/**
 * 0 for every sum that counts profiles without a value of the type: for that type these are no
 * profiles, and a mean over them would be too small. Undefined when there is no such sum.
 */
function usableSums(
  table: SegmentTable,
  sums: LevelColumns,
  type: number,
  tables: QueryTables,
  lengthMillis: number,
): Uint8Array | undefined {
  // A profile without any value is not stored.
  if (table.kind.sampleTypes.length === 1) return undefined;
  const usable = sums.derived(`usable ${type}`, () => {
    const single = tables.levelOf(table, 'profile');
    if (single === undefined) return ALL_USABLE;
    const totals = single.columns.totals(type);
    return totals.every((total: number | bigint) => total > 0)
      ? ALL_USABLE
      : compareSums(sums.keys(), single.columns.keys(), totals, lengthMillis);
  });
  return usable === ALL_USABLE || usable.length === 0 ? undefined : usable;
}

const ALL_USABLE = new Uint8Array(0);

function compareSums(
  sums: SortedKeys,
  singles: SortedKeys,
  totals: ReturnType<LevelColumns['totals']>,
  lengthMillis: number,
): Uint8Array {
  return Uint8Array.from(sums.stream, (place, row) => {
    const begin = Math.floor((sums.timeMillis[row] ?? 0) / lengthMillis) * lengthMillis;
    const end = singles.streamStart[place + 1] ?? 0;
    const from = firstFromMillis(singles, singles.streamStart[place] ?? 0, end, begin);
    const to = firstFromMillis(singles, from, end, begin + lengthMillis);
    let withValue = 0;
    for (let at = from; at < to; at++) if ((totals[at] ?? 0) > 0) withValue++;
    return withValue === 0 || withValue === to - from ? 1 : 0;
  });
}
