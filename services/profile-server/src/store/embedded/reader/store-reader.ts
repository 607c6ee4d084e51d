import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { NANOS_PER_MILLI, unixNanos } from '@emberscope/units';
import { narrowParts, wholeParts } from '../../parts/narrow-parts.ts';
import { createPartsReader } from '../../parts/parts-reader.ts';
import { answer, type QueryGuard } from '../../parts/query-guard.ts';
import { createSeriesRegistry, type SeriesRegistry } from '../../parts/series-registry.ts';
import type { ProfileReader } from '../../profile-store.ts';
import type { QueryContext } from '../../selection.ts';
import type { StoreAnswer } from '../../store-error.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import type { StoreView } from '../store-view.ts';
import type { OpenBlock } from './block-samples.ts';
import { createByteLru } from './byte-lru.ts';
import { createDecodedRuns } from './decoded-runs.ts';
import { createEpochDictionaries, type EpochDictionary } from './epoch-dictionaries.ts';
import { createRowFinder, endDamaged, millisOf, type RowFinder } from './find-rows.ts';
import { createHeadIndex, type HeadIndex, type HeadTable } from './head-index.ts';
import { createDeletions } from './hidden-rows.ts';
import type { StoredColumn } from './level-columns-cache.ts';
import { newestDictionaries } from './newest-dictionaries.ts';
import { createQueryBudget, type QueryBudget } from './query-budget.ts';
import { createQueryTables, type QueryTables } from './query-tables.ts';
import { createSegmentIndex } from './segment-index.ts';
import { timesOfTables } from './tenant-times.ts';
import { readRange } from './whole-hours.ts';

export type StoreReaderOptions = {
  readonly fs: Fs;
  readonly dataDir: string;
  readonly nowMillis: () => number;
  /** Nothing older is visible; everything is when left out. */
  readonly retentionNanos?: bigint;
  /** What is kept from one query to the next: dictionaries, columns, blocks. */
  readonly cacheBytes?: number;
  /** What one query may hold beyond that. */
  readonly queryBytes?: number;
  readonly maxOpenFiles?: number;
  /** Told, within queries as well, of what the cache of dictionaries lets go of. */
  readonly onDrop?: (bytes: number) => void;
};

/**
 * Answers queries out of a view of the store: segments on the disk, and what is only in the log. It
 * reads files as it goes and does all of its work within the call, so it belongs into a worker;
 * several may read the same directory.
 */
export type StoreReader = Omit<ProfileReader, 'stats'> & {
  /** What the next queries see. The same view again costs nothing. */
  setView(view: StoreView): void;
  /**
   * Reads what the first query would have to, dictionaries of the newest day, while there is time:
   * answers true once there are no more, or no more that the cache has room for.
   */
  warm(hasTime: () => boolean): Promise<boolean>;
  /** Whether the view has any, and not only the log. */
  readonly hasSegments: () => boolean;
  stats(): ReaderStats;
  close(): void;
};

export type ReaderStats = {
  readonly openFileCount: number;
  /** Segments that could not be opened when they were asked for last. */
  readonly damagedSegmentCount: number;
  /** Queries that were answered with `damaged`. */
  readonly damagedQueryCount: number;
  readonly dictionaryCount: number;
  readonly dictionaryBytes: number;
  readonly columnBytes: number;
  readonly blockBytes: number;
  /** Tables of segments of many whose pages were looked for, since the start. */
  readonly tablesRead: number;
  /** Blocks whose pages were read and inflated, since the start. */
  readonly blocksRead: number;
};

const MIB = 1024 * 1024;
export const READER_CACHE_BYTES = 128 * MIB;
export const QUERY_BYTES = 256 * MIB;
/** A process may have 1024 files open, and others want some. */
export const MAX_OPEN_SEGMENTS = 256;

/**
 * Shares of the cache: dictionaries are the dearest to read again, and blocks the cheapest. What
 * columns and blocks leave of theirs is for dictionaries: a query that needs a few more than have
 * room reads all of them again, every time.
 */
const DICTIONARY_SHARE = 0.5;
const COLUMN_SHARE = 0.25;
const BLOCK_SHARE = 0.25;

/**
 * What a merge needs for each stack of a dictionary, and has also when the dictionary has made room
 * for others: a sum and a node's links, with the room that they have grown to.
 */
const MERGE_BYTES_PER_STACK = 28;

/** What one query works with; there is only one at a time. */
type Running = { readonly finder: RowFinder; readonly tables: QueryTables };

export function createStoreReader(options: StoreReaderOptions): StoreReader {
  const { fs, dataDir, nowMillis, retentionNanos } = options;
  const cacheBytes = options.cacheBytes ?? READER_CACHE_BYTES;
  const columns = createByteLru<StoredColumn>(cacheBytes * COLUMN_SHARE);
  const blocks = createByteLru<OpenBlock>(cacheBytes * BLOCK_SHARE);
  const runs = createDecodedRuns();
  const registries = new Map<string, SeriesRegistry>();
  const dictionaries = createEpochDictionaries({
    // At least their share, and what the others leave of the whole.
    maxBytes: () => cacheBytes - columns.bytes() - blocks.bytes(),
    onUse: (bytesPastLimit, stackCount) =>
      budget?.take(bytesPastLimit + stackCount * MERGE_BYTES_PER_STACK),
    onDrop: options.onDrop,
    openDay: (day) => segments.openDay(day),
    damageOn: (day) => segments.damageOn(day),
  });
  const segments = createSegmentIndex({
    fs,
    dataDir,
    maxOpenFiles: options.maxOpenFiles ?? MAX_OPEN_SEGMENTS,
    registryOf,
    dictionaries,
  });
  let heads = new Map<number, HeadIndex>();
  let view: StoreView | undefined;
  /** Of the view: worked out once for all slices of warming up. */
  let newest: ReadonlySet<EpochDictionary> | undefined;
  let budget: QueryBudget | undefined;
  let running: Running | undefined;
  let damagedQueryCount = 0;
  let blocksRead = 0;

  function registryOf(tenant: string): SeriesRegistry {
    let registry = registries.get(tenant);
    if (registry === undefined) {
      registry = createSeriesRegistry();
      registries.set(tenant, registry);
    }
    return registry;
  }

  function headTables(tenant?: string): HeadTable[] {
    return [...heads.values()].flatMap(({ tables }) =>
      tenant === undefined ? tables.all() : tables.ofTenant(tenant),
    );
  }

  /** Takes in what was published since the last query. */
  function updateHeads(): void {
    for (const generation of view?.generations ?? []) {
      heads.get(generation.generation)?.update(generation);
    }
  }

  function begin(guard: QueryGuard): Running {
    budget = createQueryBudget(options.queryBytes ?? QUERY_BYTES);
    dictionaries.beginQuery();
    updateHeads();
    const tables = createQueryTables({
      guard,
      budget,
      columns,
      blocks,
      runs,
      onBlock: () => {
        blocksRead++;
      },
    });
    const finder = createRowFinder({
      segments,
      heads: () => heads.values(),
      registryOf,
      tables,
      floorNanos: floorNanos(),
    });
    return { finder, tables };
  }

  function floorNanos() {
    if (retentionNanos === undefined) return undefined;
    return unixNanos(BigInt(Math.trunc(nowMillis())) * NANOS_PER_MILLI - retentionNanos);
  }

  async function query<Value>(
    context: QueryContext,
    run: (guard: QueryGuard) => Value,
  ): Promise<StoreAnswer<Value>> {
    try {
      const answered = answer(context, nowMillis, (guard) => {
        running = begin(guard);
        return run(guard);
      });
      if (!answered.ok && answered.error.kind === 'damaged') damagedQueryCount++;
      return answered;
    } catch (error) {
      // A file that is not what was written, or that cannot be read: others still can.
      if (!(error instanceof DamagedBytes || error instanceof FsError)) throw error;
      damagedQueryCount++;
      return { ok: false, error: { kind: 'damaged', reason: error.message } };
    } finally {
      running = undefined;
      budget = undefined;
      dictionaries.endQuery();
      runs.endQuery();
    }
  }

  function finder(): RowFinder {
    if (running === undefined) throw new Error('no query is running');
    return running.finder;
  }

  const reader = createPartsReader({
    query,
    selectAny: (q) => wholeParts(finder().profiles(q)),
    selectProfiles: (q, guard, holding) =>
      narrowParts(finder().profiles(q, q.profileType), q, guard, holding),
    selectSums: (q, guard, needs) =>
      narrowParts(finder().sums(q, q.profileType, MERGES, needs), q, guard),
    selectRollups: (q, guard, per, holding) =>
      narrowParts(finder().rollups(q, q.profileType, per === 'day'), q, guard, holding),
    selectActivity: (q) => wholeParts(finder().sums(q, undefined, ACCOUNTS, 'samples')),
    seriesIn: (q) => finder().series(q),
  });

  return {
    ...reader,

    async tenantStats(tenants, context) {
      return query(context, () => {
        if (running === undefined) throw new Error('no query is running');
        const everything = readRange({
          startNanos: floorNanos() ?? unixNanos(-(2n ** 63n)),
          endNanos: unixNanos(2n ** 63n - 1n),
        });
        const distinct = [...new Set<string>(tenants)];
        const opened = segments.segmentsIn(millisOf(everything), endDamaged);
        return timesOfTables(
          distinct.flatMap((tenant) => opened.flatMap(({ tables }) => tables.ofTenant(tenant))),
          distinct.flatMap((tenant) => headTables(tenant)),
          everything,
          createDeletions(segments.manifest().deletions, registryOf),
          running.tables,
        );
      });
    },

    setView(next) {
      const isSameWriter = next.writer === view?.writer;
      // From another thread the same view comes as another object each time.
      if (isSameWriter && next.version === view?.version) return;
      const known = isSameWriter ? heads : new Map<number, HeadIndex>();
      const kept = new Map<number, HeadIndex>();
      for (const { generation } of next.generations) {
        const index =
          known.get(generation) ?? createHeadIndex(generation, registryOf, dictionaries);
        kept.set(generation, index);
      }
      const gone = [...heads.values()].filter((index) => kept.get(index.generation) !== index);
      const days = gone.flatMap(({ tables }) => tables.all().map(({ day }) => day));
      const isSameManifest = next.manifest === view?.manifest;
      segments.setManifest(
        isSameManifest ? segments.manifest() : sharedManifest(next.manifest),
        days,
      );
      for (const index of gone) index.release();
      heads = kept;
      view = next;
      newest = undefined;
    },

    async warm(hasTime) {
      updateHeads();
      // Damage is for who asks.
      const { segments: entries } = segments.manifest();
      const newestDay = entries.reduce((newest, { day }) => Math.max(newest, day), -1);
      segments.openDay(newestDay);
      newest ??= newestDictionaries(
        segments.openedOn(newestDay).flatMap(({ tables }) => tables.all()),
        headTables(),
      );
      const dictionariesToRead = newest;
      const isDone = await query(WITHOUT_END, () => {
        for (const dictionary of dictionariesToRead) {
          if (dictionaries.bytes() > cacheBytes * DICTIONARY_SHARE) break;
          if (!hasTime()) return false;
          dictionary.view();
        }
        return true;
      });
      return !isDone.ok || isDone.value;
    },

    hasSegments: () => segments.manifest().segments.length > 0,

    stats: () => ({
      openFileCount: segments.openFileCount(),
      damagedSegmentCount: segments.damagedCount(),
      damagedQueryCount,
      dictionaryCount: dictionaries.length(),
      dictionaryBytes: dictionaries.bytes(),
      columnBytes: columns.bytes(),
      blockBytes: blocks.bytes(),
      tablesRead: segments.tablesRead(),
      blocksRead,
    }),

    close() {
      for (const index of heads.values()) index.release();
      heads = new Map();
      segments.close();
      columns.clear();
      blocks.clear();
      view = undefined;
      newest = undefined;
    },
  };
}

const WITHOUT_END: QueryContext = { signal: { aborted: false } };

/** What merges add up, and what accounts of series are made of. */
const MERGES = { days: true, newestAlone: false };
const ACCOUNTS = { days: false, newestAlone: true };
