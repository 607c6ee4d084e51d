import type { MatchedStreams } from '../../parts/match-series.ts';
import type { PartTable } from '../../parts/part-table.ts';
import type { QueryGuard } from '../../parts/query-guard.ts';
import type { LevelName } from '../segment/segment-directory.ts';
import type { BlockCache } from './block-samples.ts';
import type { DecodedRuns } from './decoded-runs.ts';
import type { HeadTable } from './head-index.ts';
import { hasTypeBit } from './head-streams.ts';
import type { Deletions, HiddenRows } from './hidden-rows.ts';
import { type ColumnCache, type LevelColumns, levelColumnsOf } from './level-columns-cache.ts';
import type { QueryBudget } from './query-budget.ts';
import type { SegmentTable } from './segment-index.ts';
import { segmentPartOf } from './segment-part.ts';
import { holdsTimes, meetsTimes, type ReadRange } from './whole-hours.ts';

/** What one query reads with. Levels and tables are made once for all of its sample types. */
export type QueryTables = {
  readonly guard: QueryGuard;
  readonly budget: QueryBudget;
  levelOf(table: SegmentTable, level: LevelName): OpenLevel | undefined;
};

/** A level of a table, as rows are looked for in it, and as answers see it. */
export type OpenLevel = { readonly columns: LevelColumns; readonly part: PartTable };

export type QueryTablesOptions = {
  readonly guard: QueryGuard;
  readonly budget: QueryBudget;
  readonly columns: ColumnCache;
  readonly blocks: BlockCache;
  /** Scratch columns for a part, which it has until it is done or the query ends. */
  readonly runs: Pick<DecodedRuns, 'next' | 'giveBack'>;
  readonly onBlock: () => void;
};

export function createQueryTables(options: QueryTablesOptions): QueryTables {
  const { guard, budget } = options;
  const opened = new Map<SegmentTable, Map<LevelName, OpenLevel | undefined>>();

  function onBlock(): void {
    guard.check();
    options.onBlock();
  }

  function open(table: SegmentTable, name: LevelName): OpenLevel | undefined {
    const level = table.pages().levels.find((each) => each.level === name);
    if (level === undefined || level.rowCount === 0) return undefined;
    const columns = levelColumnsOf(table, level, options.columns, budget.take);
    return {
      columns,
      part: segmentPartOf(table, columns, options.blocks, options.runs, onBlock),
    };
  }

  return {
    guard,
    budget,
    levelOf(table, name) {
      const ofTable = opened.get(table) ?? new Map<LevelName, OpenLevel | undefined>();
      opened.set(table, ofTable);
      if (!ofTable.has(name)) ofTable.set(name, open(table, name));
      return ofTable.get(name);
    },
  };
}

/** One sample type of a table, and which of its streams may have rows for a query. */
export type WantedType<Table> = {
  readonly table: Table;
  readonly type: number;
  /** Streams that match, have a value of the type, and times that meet the range: ascending. */
  readonly places: readonly number[];
  readonly hidden: HiddenRows | undefined;
};

/** What is known of a stream of a table without a look at its rows. */
type StreamFacts = {
  readonly typeBits: ArrayLike<number>;
  /** In ms since the epoch, rounded outwards. */
  readonly oldestMillis: ArrayLike<number>;
  readonly newestMillis: ArrayLike<number>;
};

/** Tells of the types of a segment's table that a query is about. */
export function wantedOfSegment(
  table: SegmentTable,
  matched: MatchedStreams,
  range: ReadRange,
  deletions: Deletions,
  tell: (wanted: WantedType<SegmentTable>) => void,
): void {
  const { oldestMillis, newestMillis } = table;
  if (!meetsTimes(range, oldestMillis, newestMillis)) return;
  const hiddenIn = (type: number): HiddenRows | undefined => {
    const { tenant, kind, streams, dictionary } = table;
    const { sequence, firstArrival } = table.segment.entry;
    const { service } = dictionary.name;
    const times = { oldestMillis, newestMillis };
    const rows = { tenant, service, kind, streams, ...times, sequence, firstArrival };
    return deletions.hiddenIn(rows, type);
  };
  tellWanted(table, table.facts, matched, range, hiddenIn, tell);
}

/** A deletion is never carried out on what is in the log. */
const NO_SEQUENCE = -1;

export function wantedOfHead(
  table: HeadTable,
  matched: MatchedStreams,
  range: ReadRange,
  deletions: Deletions,
  tell: (wanted: WantedType<HeadTable>) => void,
): void {
  const { rows } = table;
  const times = { oldestMillis: rows.oldestMillis(), newestMillis: rows.newestMillis() + 1 };
  if (!meetsTimes(range, times.oldestMillis, times.newestMillis)) return;
  const hiddenIn = (type: number): HiddenRows | undefined => {
    const { tenant, kind, streams, dictionary } = table;
    const { service } = dictionary.name;
    const carriedOut = { sequence: NO_SEQUENCE, firstArrival: NO_SEQUENCE };
    return deletions.hiddenIn({ tenant, service, kind, streams, ...times, ...carriedOut }, type);
  };
  tellWanted(table, rows.streams, matched, range, hiddenIn, tell);
}

function tellWanted<Table extends Pick<SegmentTable | HeadTable, 'kind' | 'streams'>>(
  table: Table,
  facts: StreamFacts,
  matched: MatchedStreams,
  range: ReadRange,
  hiddenIn: (type: number) => HiddenRows | undefined,
  tell: (wanted: WantedType<Table>) => void,
): void {
  const { kind, streams } = table;
  for (let type = 0; type < kind.sampleTypes.length; type++) {
    if (!matched.hasType(kind, type)) continue;
    const places: number[] = [];
    for (let place = 0; place < streams.length; place++) {
      const stream = streams[place];
      if (stream === undefined || !hasTypeBit(facts.typeBits[place] ?? 0, type)) continue;
      if (!matched.has(stream, type)) continue;
      const oldestMillis = facts.oldestMillis[place] ?? 0;
      if (meetsTimes(range, oldestMillis, facts.newestMillis[place] ?? 0)) places.push(place);
    }
    if (places.length > 0) tell({ table, type, places, hidden: hiddenIn(type) });
  }
}

/** Whether all of a stream's rows lie in a range and none is hidden: nobody has to look at them. */
export function isWhollyThere(
  facts: StreamFacts,
  place: number,
  range: ReadRange,
  hidden: HiddenRows | undefined,
): boolean {
  if (hidden?.streams[place] === 1) return false;
  return holdsTimes(range, facts.oldestMillis[place] ?? 0, facts.newestMillis[place] ?? 0);
}

export function isEmptyRange({ start, end }: ReadRange): boolean {
  return (
    start.millis > end.millis || (start.millis === end.millis && start.nanosOnTop > end.nanosOnTop)
  );
}
