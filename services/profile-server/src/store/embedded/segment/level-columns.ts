import {
  createInt64ColumnBuilder,
  type Int64Column,
  type Int64ColumnBuilder,
} from '@emberscope/profile';
import { MILLIS_PER_DAY } from '@emberscope/units';
import { type ByteReader, createByteReader } from '../codec/byte-reader.ts';
import { type ByteWriter, createByteWriter } from '../codec/byte-writer.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';

/*
 * The pages that hold what rows of a level say about themselves, each a column or a few. Formats:
 * `LevelDirectory`. All reading throws DamagedBytes where a page is not what its level says.
 */

/** Which profiles the rows stand for. All columns have a cell for each row. */
export type KeyColumns = {
  /** Place in the table's streams; never smaller than the row's before. */
  readonly stream: Int32Array;
  /** Since the epoch. */
  readonly timeMillis: Float64Array;
  /** 0 to 999,999. */
  readonly timeNanosOnTop: Int32Array;
  /** 1 for a profile, 2 or more for a sum; roll-ups have sums of one. */
  readonly profileCount: Int32Array;
};

/** Takes keys row by row, in their order. */
export type KeysWriter = {
  add(stream: number, timeMillis: number, timeNanosOnTop: number, profileCount: number): void;
  /** The page; what comes next begins another. */
  finish(): Uint8Array;
};

export function createKeysWriter(day: number): KeysWriter {
  const columns = Array.from({ length: 4 }, () => createByteWriter());
  const [streams, times, nanos, counts] = columns;
  let streamBefore = 0;
  let timeBefore = day * MILLIS_PER_DAY;
  return {
    add(stream, timeMillis, timeNanosOnTop, profileCount) {
      if (stream !== streamBefore) timeBefore = day * MILLIS_PER_DAY;
      streams?.uvarint(stream - streamBefore);
      times?.svarint(timeMillis - timeBefore);
      nanos?.uvarint(timeNanosOnTop);
      counts?.uvarint(profileCount - 1);
      streamBefore = stream;
      timeBefore = timeMillis;
    },
    finish() {
      const page = createByteWriter();
      for (const column of columns) {
        page.bytes(column.view());
        column.clear();
      }
      streamBefore = 0;
      timeBefore = day * MILLIS_PER_DAY;
      return page.finish();
    },
  };
}

export function readKeys(page: Uint8Array, rowCount: number, day: number): KeyColumns {
  const from = createByteReader(page);
  checkRows(from, rowCount, 4);
  const stream = new Int32Array(rowCount);
  const timeMillis = new Float64Array(rowCount);
  const timeNanosOnTop = new Int32Array(rowCount);
  const profileCount = new Int32Array(rowCount);
  let streamBefore = 0;
  for (let row = 0; row < rowCount; row++) {
    streamBefore += from.uvarint();
    if (streamBefore > MAX_INT32) throw new DamagedBytes(`a stream ${streamBefore} in row ${row}`);
    stream[row] = streamBefore;
  }
  for (let row = 0; row < rowCount; row++) {
    const isOfSameStream = row > 0 && stream[row] === stream[row - 1];
    const before = isOfSameStream ? (timeMillis[row - 1] ?? 0) : day * MILLIS_PER_DAY;
    timeMillis[row] = before + Number(from.svarint());
  }
  for (let row = 0; row < rowCount; row++) timeNanosOnTop[row] = from.uvarint();
  for (let row = 0; row < rowCount; row++) profileCount[row] = 1 + from.uvarint();
  checkEnd(from);
  return { stream, timeMillis, timeNanosOnTop, profileCount };
}

/** Totals: unsigned. What a sum of 64-bit integers has lost is taken as in two's complement. */
export function writeTotal(out: ByteWriter, total: number | bigint): void {
  out.uvarint64(typeof total === 'bigint' && total < 0n ? BigInt.asUintN(64, total) : total);
}

export function readTotals(page: Uint8Array, rowCount: number): Int64Column {
  return readInt64(page, rowCount, (from) => from.uvarint64());
}

/** Durations and periods, and whatever may be negative. */
export function readSigned(page: Uint8Array, rowCount: number): Int64Column {
  return readInt64(page, rowCount, (from) => from.svarint());
}

function readInt64(
  page: Uint8Array,
  rowCount: number,
  read: (from: ByteReader) => number | bigint,
): Int64Column {
  const from = createByteReader(page);
  checkRows(from, rowCount, 1);
  const column: Int64ColumnBuilder = createInt64ColumnBuilder(Math.max(1, rowCount));
  for (let row = 0; row < rowCount; row++) column.push(read(from));
  checkEnd(from);
  return column.finish();
}

/** Places in a list of the table: remarks. */
export function readPlaces(page: Uint8Array, rowCount: number): Int32Array {
  const from = createByteReader(page);
  checkRows(from, rowCount, 1);
  const places = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const place = from.uvarint();
    if (place > MAX_INT32) throw new DamagedBytes(`a place ${place} in row ${row}`);
    places[row] = place;
  }
  checkEnd(from);
  return places;
}

/** Takes arrivals row by row; `finish` begins another page. */
export function createArrivalsWriter(): { add(arrival: number): void; finish(): Uint8Array } {
  const out = createByteWriter();
  let before = 0;
  return {
    add(arrival) {
      out.svarint(arrival - before);
      before = arrival;
    },
    finish() {
      const page = out.finish();
      out.clear();
      before = 0;
      return page;
    },
  };
}

export function readArrivals(page: Uint8Array, rowCount: number): Float64Array {
  const from = createByteReader(page);
  checkRows(from, rowCount, 1);
  const arrivals = new Float64Array(rowCount);
  let before = 0;
  for (let row = 0; row < rowCount; row++) {
    before += Number(from.svarint());
    arrivals[row] = before;
  }
  checkEnd(from);
  return arrivals;
}

const MAX_INT32 = 2 ** 31 - 1;

function checkRows(from: ByteReader, rowCount: number, leastBytes: number): void {
  if (rowCount * leastBytes > from.left()) {
    throw new DamagedBytes(`a page of ${from.left()} bytes for ${rowCount} rows`);
  }
}

function checkEnd(from: ByteReader): void {
  if (from.left() > 0) throw new DamagedBytes(`${from.left()} bytes behind the rows of a page`);
}
