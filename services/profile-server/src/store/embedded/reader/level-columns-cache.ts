import type { Int64Column } from '@emberscope/profile';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import {
  type KeyColumns,
  readArrivals,
  readKeys,
  readPlaces,
  readSigned,
  readTotals,
} from '../segment/level-columns.ts';
import type { LevelDirectory, PageRef } from '../segment/segment-directory.ts';
import type { ByteLru } from './byte-lru.ts';
import type { SegmentTable } from './segment-index.ts';

/** Decoded columns of levels, kept from one query to the next while there is room. */
export type ColumnCache = ByteLru<StoredColumn>;
export type StoredColumn = SortedKeys | Int64Column | Int32Array | Float64Array | Uint8Array;

/** Keys of a level, and the row that each stream begins with: `streamStart[streams]` is the end. */
export type SortedKeys = KeyColumns & { readonly streamStart: Int32Array };

/** The columns of one level of a table, decoded when they are asked for. */
export type LevelColumns = {
  readonly level: LevelDirectory;
  readonly rowCount: number;
  keys(): SortedKeys;
  totals(type: number): Int64Column;
  /** The largest profile of each row: its total at level `profile`. */
  largest(type: number): Int64Column;
  durations(): Int64Column;
  periods(): Int64Column;
  remarks(): Int32Array;
  /** 16 bytes a row; empty but at level `profile`. */
  ids(): Uint8Array;
  /** All 0 but at level `profile`. */
  arrivals(): Float64Array;
  /** Keeps what somebody worked out of these columns beside them. */
  derived(name: string, make: () => Uint8Array): Uint8Array;
};

export function levelColumnsOf(
  table: SegmentTable,
  level: LevelDirectory,
  cache: ColumnCache,
  onRead: (bytes: number) => void,
): LevelColumns {
  const { segment, streams, place } = table;
  const { rowCount } = level;
  const { file, directoryCrc, day } = segment.entry;
  const prefix = `${file} ${directoryCrc} ${place} ${level.level}`;
  /** What this query holds: cells that are evicted meanwhile stay good for it. */
  const held = new Map<string, StoredColumn>();

  function column<Column extends StoredColumn>(
    name: string,
    make: () => Column,
    isOne: (column: StoredColumn) => column is Column,
  ): Column {
    const mine = held.get(name);
    if (mine !== undefined && isOne(mine)) return mine;
    const key = `${prefix} ${name}`;
    const known = cache.get(key);
    const found = known !== undefined && isOne(known) ? known : make();
    const bytes = bytesOf(found);
    if (found !== known) cache.set(key, found, bytes);
    held.set(name, found);
    onRead(bytes);
    return found;
  }

  function pageColumn<Column extends StoredColumn>(
    name: string,
    ref: PageRef | undefined,
    read: (page: Uint8Array) => Column,
    isOne: (column: StoredColumn) => column is Column,
  ): Column {
    return column(
      name,
      () => naming(file, name, () => read(ref === undefined ? NO_BYTES : segment.page(ref))),
      isOne,
    );
  }

  const columns: LevelColumns = {
    level,
    rowCount,
    keys: () =>
      pageColumn(
        'keys',
        level.keys,
        (page) => sortedKeys(readKeys(page, rowCount, day), streams.length),
        isKeys,
      ),
    totals: (type) =>
      pageColumn(
        `totals ${type}`,
        level.totals[type],
        (page) => readTotals(page, rowCount),
        isInt64,
      ),
    largest: (type) =>
      level.largest[type] === undefined
        ? columns.totals(type)
        : pageColumn(
            `largest ${type}`,
            level.largest[type],
            (page) => readTotals(page, rowCount),
            isInt64,
          ),
    durations: () =>
      pageColumn('durations', level.durations, (page) => readSigned(page, rowCount), isInt64),
    periods: () =>
      pageColumn('periods', level.periods, (page) => readSigned(page, rowCount), isInt64),
    remarks: () =>
      pageColumn('remarks', level.remarks, (page) => readPlaces(page, rowCount), isInt32),
    ids: () => pageColumn('ids', level.ids, (page) => page, isUint8),
    arrivals: () =>
      pageColumn(
        'arrivals',
        level.arrivals,
        (page) =>
          level.arrivals === undefined ? new Float64Array(rowCount) : readArrivals(page, rowCount),
        isFloat64,
      ),
    derived: (name, make) => column(name, make, isUint8),
  };
  return columns;
}

const NO_BYTES = new Uint8Array(0);

/** What a page's reader says of bad bytes, with the file that they are in. */
export function naming<Read>(file: string, what: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DamagedBytes) || error.message.includes(file)) throw error;
    throw new DamagedBytes(`segment ${file}, ${what}: ${error.message}`);
  }
}

function sortedKeys(keys: KeyColumns, streamCount: number): SortedKeys {
  const { stream } = keys;
  const last = stream.at(-1) ?? -1;
  if (last >= streamCount) throw new DamagedBytes(`stream ${last} of ${streamCount}`);
  const streamStart = new Int32Array(streamCount + 1).fill(stream.length);
  for (let row = stream.length - 1; row >= 0; row--) streamStart[stream[row] ?? 0] = row;
  // A stream without a row begins where the next one does.
  for (let place = streamCount - 1; place >= 0; place--) {
    streamStart[place] = Math.min(streamStart[place] ?? 0, streamStart[place + 1] ?? 0);
  }
  return { ...keys, streamStart };
}

function bytesOf(column: StoredColumn): number {
  if (!isKeys(column)) return column.byteLength;
  const { stream, timeMillis, timeNanosOnTop, profileCount, streamStart } = column;
  return [stream, timeMillis, timeNanosOnTop, profileCount, streamStart].reduce(
    (sum, cells) => sum + cells.byteLength,
    0,
  );
}

function isKeys(column: StoredColumn): column is SortedKeys {
  return 'streamStart' in column;
}

function isInt64(column: StoredColumn): column is Int64Column {
  return column instanceof Float64Array || column instanceof BigInt64Array;
}

function isInt32(column: StoredColumn): column is Int32Array {
  return column instanceof Int32Array;
}

function isFloat64(column: StoredColumn): column is Float64Array {
  return column instanceof Float64Array;
}

function isUint8(column: StoredColumn): column is Uint8Array {
  return column instanceof Uint8Array;
}
