import { type MatchedStreams, matchSeries } from '../../parts/match-series.ts';
import { NO_REMARKS, type ProfileRemarks } from '../../parts/profile-remarks.ts';
import { endQuery } from '../../parts/query-guard.ts';
import type { FoundRows } from '../../parts/rows-in-range.ts';
import type { Series, SeriesRegistry } from '../../parts/series-registry.ts';
import type { NanosRange, ProfileSelection, Selection } from '../../selection.ts';
import type { HeadIndex, HeadTable } from './head-index.ts';
import { hasTypeBit, TYPE_BITS } from './head-streams.ts';
import { createDeletions, type Deletions } from './hidden-rows.ts';
import { profilesOfHead, profilesOfSegment } from './profile-rows.ts';
import {
  isEmptyRange,
  isWhollyThere,
  type QueryTables,
  type WantedType,
  wantedOfHead,
  wantedOfSegment,
} from './query-tables.ts';
import { rollupSums } from './rollup-rows.ts';
import type { MillisRange, SegmentIndex, SegmentTable } from './segment-index.ts';
import { type SumPlan, sumsOfSegment } from './sum-rows.ts';
import { holdsTimes, type ReadRange, readRange } from './whole-hours.ts';

/** What there is to read, for the time of one query. */
export type RowSources = {
  readonly segments: SegmentIndex;
  readonly heads: () => Iterable<HeadIndex>;
  readonly registryOf: (tenant: string) => SeriesRegistry;
  readonly tables: QueryTables;
  /** Nothing older is visible; undefined when everything is. */
  readonly floorNanos: NanosRange['startNanos'] | undefined;
};

/** Finds rows for one query. */
export type RowFinder = {
  /** Single profiles, of one type or of all. */
  profiles(q: Selection, profileType?: ProfileSelection['profileType']): FoundRows[];
  /** The same profiles, where rows may stand for many. */
  sums(
    q: Selection,
    profileType: ProfileSelection['profileType'] | undefined,
    plan: SumPlan,
    needs: 'samples' | 'remarks',
  ): FoundRows[];
  /** Sums of hours and days that lie before everything that is visible, out of roll-ups. */
  rollups(q: Selection, profileType: ProfileSelection['profileType'], days: boolean): FoundRows[];
  /** Series that have a profile. */
  series(q: Selection): ReadonlySet<Series>;
};

type Found<Table> = { readonly of: WantedType<Table>; readonly range: ReadRange };

/** A table all of whose rows are in range, and none of them hidden. */
type TakeWhole = (
  table: Pick<SegmentTable | HeadTable, 'kind' | 'streams'>,
  facts: Pick<SegmentTable['facts'], 'typeBits'>,
  matched: MatchedStreams,
) => void;

export function createRowFinder(sources: RowSources): RowFinder {
  const { segments, registryOf, tables, floorNanos } = sources;
  let deletions: Deletions | undefined;

  function currentDeletions(): Deletions {
    deletions ??= createDeletions(segments.manifest().deletions, registryOf);
    return deletions;
  }

  function visible(range: NanosRange): ReadRange {
    const isCut = floorNanos !== undefined && floorNanos > range.startNanos;
    return readRange(isCut ? { ...range, startNanos: floorNanos } : range);
  }

  function matchedOf(
    q: Selection,
    tenant: string,
    profileType: ProfileSelection['profileType'] | undefined,
  ): MatchedStreams {
    return matchSeries(registryOf(tenant), q.matchers, profileType);
  }

  /**
   * Every type of every table that may have rows, those of the segments before those of the head; but
   * for those that `takeWhole` gets.
   */
  function wantedIn(
    q: Selection,
    profileType: ProfileSelection['profileType'] | undefined,
    takeWhole?: TakeWhole,
  ): { readonly stored: Found<SegmentTable>[]; readonly head: Found<HeadTable>[] } {
    const stored: Found<SegmentTable>[] = [];
    const head: Found<HeadTable>[] = [];
    const range = visible(q.range);
    if (isEmptyRange(range)) return { stored, head };
    // All of them are opened before series are matched: opening is what makes series known.
    const opened = segments.segmentsIn(millisOf(range), endDamaged);
    const takes = currentDeletions().isEmpty ? takeWhole : undefined;
    for (const tenant of new Set(q.tenants)) {
      const matched = matchedOf(q, tenant, profileType);
      for (const segment of opened) {
        for (const table of segment.tables.of(tenant, matched)) {
          tables.guard.spend(table.streams.length);
          const isInside = holdsTimes(range, table.oldestMillis, table.newestMillis);
          if (takes !== undefined && isInside && saysTypes(table)) {
            takes(table, table.facts, matched);
            continue;
          }
          wantedOfSegment(table, matched, range, currentDeletions(), (of) => {
            stored.push({ of, range });
          });
        }
      }
      for (const index of sources.heads()) {
        for (const table of index.tables.of(tenant, matched)) {
          tables.guard.spend(table.streams.length);
          const { rows } = table;
          const isInside = holdsTimes(range, rows.oldestMillis(), rows.newestMillis() + 1);
          if (takes !== undefined && isInside && saysTypes(table)) {
            takes(table, rows.streams, matched);
            continue;
          }
          wantedOfHead(table, matched, range, currentDeletions(), (of) => {
            head.push({ of, range });
          });
        }
      }
    }
    tables.guard.check();
    tables.budget.describe(q.range, () => countSeries([...stored, ...head]));
    return { stored, head };
  }

  /**
   * Whether all profiles of some tables say the same about themselves. A sum knows the remarks of
   * its earliest profile alone.
   */
  function haveOneRemark(stored: Found<SegmentTable>[], head: Found<HeadTable>[]): boolean {
    const distinct = new Set<string>();
    for (const { of } of stored) {
      const level = tables.levelOf(of.table, 'profile');
      const places = level?.columns.remarks() ?? NO_PLACES;
      const [first = 0] = places;
      if (places.some((place) => place !== first)) return false;
      distinct.add(keyOfRemarks(of.table.pages().remarks[first] ?? NO_REMARKS));
    }
    for (const { of } of head) {
      const remarks = of.table.rows.commonRemarks();
      if (remarks === undefined) return false;
      distinct.add(keyOfRemarks(remarks));
    }
    return distinct.size <= 1;
  }

  return {
    profiles(q, profileType) {
      const { stored, head } = wantedIn(q, profileType);
      return [
        ...stored.flatMap(({ of, range }) => profilesOfSegment(of, range, tables)),
        ...head.flatMap(({ of, range }) => profilesOfHead(of, range, tables)),
      ];
    },

    sums(q, profileType, plan, needs) {
      const { stored, head } = wantedIn(q, profileType);
      const mayBeSums = needs === 'samples' || haveOneRemark(stored, head);
      return [
        ...stored.flatMap(({ of, range }) =>
          mayBeSums ? sumsOfSegment(of, range, tables, plan) : profilesOfSegment(of, range, tables),
        ),
        ...head.flatMap(({ of, range }) => profilesOfHead(of, range, tables)),
      ];
    },

    rollups(q, profileType, days) {
      if (floorNanos === undefined || q.range.startNanos >= floorNanos) return [];
      const { startNanos, endNanos } = q.range;
      const range = readRange({
        startNanos,
        endNanos: endNanos < floorNanos ? endNanos : floorNanos,
      });
      const opened = segments.rollupsIn(millisOf(range), endDamaged);
      return [...new Set(q.tenants)].flatMap((tenant) => {
        const matched = matchedOf(q, tenant, profileType);
        const found: FoundRows[] = [];
        for (const segment of opened) {
          for (const table of segment.tables.of(tenant, matched)) {
            wantedOfSegment(table, matched, range, currentDeletions(), (of) => {
              found.push(...rollupSums(of, range, tables, days));
            });
          }
        }
        return found;
      });
    },

    series(q) {
      const found = new Set<Series>();
      const { stored, head } = wantedIn(q, undefined, (table, facts, matched) =>
        addAll(table, facts, matched, found),
      );
      for (const { of, range } of stored) {
        const { facts } = of.table;
        addSeries(
          of,
          (place) => saysTypes(of.table) && isWhollyThere(facts, place, range, of.hidden),
          found,
          (places) => profilesOfSegment({ ...of, places }, range, tables),
        );
      }
      for (const { of, range } of head) {
        const streams = of.table.rows.streams;
        addSeries(
          of,
          (place) => saysTypes(of.table) && isWhollyThere(streams, place, range, of.hidden),
          found,
          (places) => profilesOfHead({ ...of, places }, range, tables),
        );
      }
      return found;
    },
  };
}

const NO_PLACES = new Int32Array(0);

function keyOfRemarks({
  defaultSampleType,
  comments,
  dropFrames,
  keepFrames,
}: ProfileRemarks): string {
  return JSON.stringify([defaultSampleType, dropFrames, keepFrames, ...comments]);
}

/** Whether the bits of its streams say which types they have values of. */
function saysTypes({ kind }: Pick<SegmentTable | HeadTable, 'kind'>): boolean {
  return kind.sampleTypes.length <= TYPE_BITS;
}

/** Of ten thousand tables most are taken whole: nothing is made for each. */
function addAll(
  { kind, streams }: Parameters<TakeWhole>[0],
  { typeBits }: Parameters<TakeWhole>[1],
  matched: MatchedStreams,
  found: Set<Series>,
): void {
  for (let place = 0; place < streams.length; place++) {
    const stream = streams[place];
    if (stream === undefined) continue;
    const bits = typeBits[place] ?? 0;
    for (let type = 0; type < kind.sampleTypes.length; type++) {
      const series = stream.series[type];
      if (series === undefined || !hasTypeBit(bits, type) || !matched.has(stream, type)) continue;
      found.add(series);
    }
  }
}

/** Rows are looked for only where it takes them to know whether a series has one. */
function addSeries<Table extends Pick<SegmentTable | HeadTable, 'streams'>>(
  { table, type, places }: WantedType<Table>,
  isThere: (place: number) => boolean,
  found: Set<Series>,
  findRows: (places: readonly number[]) => FoundRows[],
): void {
  let unsure: number[] | undefined;
  for (const place of places) {
    const series = table.streams[place]?.series[type];
    if (series === undefined || found.has(series)) continue;
    if (isThere(place)) found.add(series);
    else {
      unsure ??= [];
      unsure.push(place);
    }
  }
  if (unsure === undefined) return;
  for (const { table: part, rows } of findRows(unsure)) {
    const { stream } = part.columns;
    for (const row of rows) {
      const series = table.streams[stream[row] ?? 0]?.series[type];
      if (series !== undefined) found.add(series);
    }
  }
}

function countSeries(found: readonly Found<SegmentTable | HeadTable>[]): number {
  const series = new Set<Series | undefined>();
  for (const { of } of found) {
    for (const place of of.places) series.add(of.table.streams[place]?.series[of.type]);
  }
  return series.size;
}

export function millisOf({ start, end }: ReadRange): MillisRange {
  return { startMillis: start.millis, endMillis: end.millis };
}

/** What lies in a range cannot be told when a segment of it is not whole. */
export function endDamaged(reason: string): never {
  return endQuery({ kind: 'damaged', reason });
}
