import { type Int64Column, isWide } from '@emberscope/profile';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { type EncodedSamples, ID_BYTES } from '../codec/log-records.ts';
import { type BlockRows, blockOfRow, readBlock } from './block-rows.ts';
import {
  type KeyColumns,
  readArrivals,
  readKeys,
  readPlaces,
  readSigned,
  readTotals,
} from './level-columns.ts';
import type { LevelRow } from './level-writer.ts';
import type { LevelName, PageRef, TableDirectory } from './segment-directory.ts';
import type { SegmentFile } from './segment-file.ts';

/**
 * All rows of a level, to be walked: what they say about themselves is in memory, of their samples
 * one block. Errors are DamagedBytes that name the file.
 */
export type LevelRows = {
  readonly rowCount: number;
  readonly keys: KeyColumns;
  row(row: number): LevelRow;
  /** Good until rows of another block are asked for. */
  samplesOf(row: number): EncodedSamples;
  /** The row that a stream, by place, begins with; of the number of streams: the number of rows. */
  firstRowOf(stream: number): number;
};

const NO_ID = new Uint8Array(ID_BYTES);

/** The rows of a level; undefined when the table has no such level. */
export function openLevel(
  segment: SegmentFile,
  table: TableDirectory,
  name: LevelName,
): LevelRows | undefined {
  const level = table.levels.find((each) => each.level === name);
  if (level === undefined) return undefined;
  return inFile(segment, () => {
    const { rowCount } = level;
    const page = (ref: PageRef): Uint8Array => segment.page(ref);
    const keys = readKeys(page(level.keys), rowCount, segment.directory.day);
    const totals = level.totals.map((ref) => readTotals(page(ref), rowCount));
    const largest = level.largest.map((ref) => readTotals(page(ref), rowCount));
    const durations = readSigned(page(level.durations), rowCount);
    const periods = readSigned(page(level.periods), rowCount);
    const remarks = readPlaces(page(level.remarks), rowCount);
    const ids = level.ids === undefined ? undefined : page(level.ids);
    if (ids !== undefined && ids.length !== rowCount * ID_BYTES) {
      throw new DamagedBytes(`${ids.length} bytes of ids for ${rowCount} rows`);
    }
    const arrivals =
      level.arrivals === undefined ? undefined : readArrivals(page(level.arrivals), rowCount);
    const firstRows = firstRowsOfStreams(keys.stream, table.streams.labels.length);
    let block: BlockRows | undefined;

    return {
      rowCount,
      keys,
      row(row) {
        const ofTypes = (columns: readonly Int64Column[]) =>
          columns.map((column) => cellOf(column, row));
        const totalsOfRow = ofTypes(totals);
        return {
          stream: keys.stream[row] ?? 0,
          timeMillis: keys.timeMillis[row] ?? 0,
          timeNanosOnTop: keys.timeNanosOnTop[row] ?? 0,
          profileCount: keys.profileCount[row] ?? 0,
          totals: totalsOfRow,
          largest: name === 'profile' ? totalsOfRow : ofTypes(largest),
          durationNanos: cellOf(durations, row),
          period: cellOf(periods, row),
          remarks: remarks[row] ?? 0,
          id: ids?.subarray(row * ID_BYTES, (row + 1) * ID_BYTES) ?? NO_ID,
          arrival: arrivals?.[row] ?? 0,
        };
      },
      samplesOf(row) {
        if (block === undefined || row < block.firstRow || row >= block.endRow) {
          block = inFile(segment, () => readBlock(level, blockOfRow(level.blocks, row), page));
        }
        return block.samplesOf(row);
      },
      firstRowOf: (stream) => firstRows[stream] ?? rowCount,
    };
  });
}

/** Runs what reads bytes of a segment; damage that does not say in which file it is says it then. */
export function inFile<Result>({ path }: SegmentFile, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DamagedBytes) || error.message.includes(path)) throw error;
    throw new DamagedBytes(`segment ${path}: ${error.message}`, { cause: error });
  }
}

function firstRowsOfStreams(streams: Int32Array, streamCount: number): Int32Array {
  const last = streams.at(-1) ?? 0;
  if (last >= streamCount && streams.length > 0) {
    throw new DamagedBytes(`a row of stream ${last} of ${streamCount}`);
  }
  const firstRows = new Int32Array(streamCount + 1);
  let row = 0;
  for (let stream = 0; stream <= streamCount; stream++) {
    while (row < streams.length && (streams[row] ?? 0) < stream) row++;
    firstRows[stream] = row;
  }
  return firstRows;
}

function cellOf(column: Int64Column, row: number): number | bigint {
  if (!isWide(column)) return column[row] ?? 0;
  const wide = column[row] ?? 0n;
  const narrow = Number(wide);
  return Number.isSafeInteger(narrow) ? narrow : wide;
}
