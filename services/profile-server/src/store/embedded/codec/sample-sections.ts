import { type Int64Column, isWide } from '@emberscope/profile';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { DamagedBytes } from './damaged-bytes.ts';

/*
 * The samples of one profile as bytes: ids, one column of values for each sample type, tracing. The
 * same bytes stand in a record of the log and, with those of other profiles, on a page of a segment.
 */

const ALL_ZERO = 0;
const DIVIDED = 1;
const TIMES_PREVIOUS = 2;
const WIDE = 3;

/** Writes stacks in ascending order (-1 for none); one may stand there several times. */
export function writeStackIds(out: ByteWriter, stacks: ArrayLike<number>, length: number): void {
  out.uvarint(length);
  let before = 0;
  for (let i = 0; i < length; i++) {
    const id = (stacks[i] ?? 0) + 1;
    out.uvarint(id - before);
    before = id;
  }
}

/**
 * Writes a column of values, none of which is negative. `previous` is the column before it in the
 * same profile, if there is one.
 */
export function writeValueColumn(
  out: ByteWriter,
  values: Int64Column,
  length: number,
  previous: Int64Column | undefined,
): void {
  if (isWide(values)) {
    writeWide(out, values, length);
    return;
  }
  let first = 0;
  while (first < length && values[first] === 0) first++;
  if (first === length) {
    out.uint8(ALL_ZERO);
    return;
  }
  const factor = factorOf(values, length, previous);
  if (factor > 0) {
    out.uint8(TIMES_PREVIOUS);
    out.uvarint(factor);
    return;
  }
  const divisor = divisorOf(values, first, length);
  out.uint8(DIVIDED);
  out.uvarint(divisor);
  if (divisor === 1) for (let i = 0; i < length; i++) out.uvarint(values[i] ?? 0);
  else for (let i = 0; i < length; i++) out.uvarint((values[i] ?? 0) / divisor);
}

function writeWide(out: ByteWriter, values: BigInt64Array, length: number): void {
  out.uint8(WIDE);
  // Sums over 2^63 have become negative: they go and come back as the bits that they are.
  for (let i = 0; i < length; i++) out.uvarint64(BigInt.asUintN(64, values[i] ?? 0n));
}

/** By which all of the previous column's values become this one's; 0 when there is no such number. */
function factorOf(values: Float64Array, length: number, previous: Int64Column | undefined): number {
  if (previous === undefined || isWide(previous) || length === 0) return 0;
  let factor = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? 0;
    const before = previous[i] ?? 0;
    // A value of 0 where the one before has one would take any factor that a later pair gives.
    if ((before === 0) !== (value === 0)) return 0;
    if (before === 0) continue;
    if (factor === 0) factor = value / before;
    if (factor * before !== value) return 0;
  }
  return Number.isSafeInteger(factor) ? factor : 0;
}

/** The greatest common divisor of the values from `first` on, of which that one is not 0. */
function divisorOf(values: Float64Array, first: number, length: number): number {
  let divisor = values[first] ?? 1;
  for (let i = first + 1; i < length && divisor > 1; i++) {
    let rest = values[i] ?? 0;
    if (rest === divisor || rest === 0) continue;
    while (rest !== 0) {
      const before = divisor;
      divisor = rest;
      rest = before % rest;
    }
  }
  return divisor;
}

/** Scratch columns that samples are decoded into; they grow and are used again. */
export type SampleScratch = {
  /** How many samples were read last. */
  length: number;
  stack: Int32Array;
  values: Int64Column;
};

/** Small, since most are made for a table or two of a quiet service. */
const INITIAL_SAMPLES = 64;

export function createSampleScratch(): SampleScratch {
  return {
    length: 0,
    stack: new Int32Array(INITIAL_SAMPLES),
    values: new Float64Array(INITIAL_SAMPLES),
  };
}

/**
 * Reads ids from `bytes[at, end)` into the scratch and answers where they end. `stackCount` bounds
 * them: an id beyond the dictionary is damage.
 */
export function readStackIds(
  bytes: Uint8Array,
  at: number,
  end: number,
  scratch: SampleScratch,
  stackCount: number,
): number {
  let place = at;
  const readVarint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (place >= end) throw new DamagedBytes(`ids end at ${end}`);
      const byte = bytes[place++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new DamagedBytes(`an id over 2^32 at ${place}`);
  };
  const length = readVarint();
  if (length > end - place) throw new DamagedBytes(`${length} ids in ${end - place} bytes`);
  if (scratch.stack.length < length) scratch.stack = new Int32Array(2 * length);
  const { stack } = scratch;
  let id = 0;
  for (let i = 0; i < length; i++) {
    // Nearly every difference is a byte or two: the loop that reads any length is the slow path.
    const byte = place < end ? (bytes[place] ?? 0) : 128;
    if (byte < 128) {
      place++;
      id += byte;
    } else id += readVarint();
    stack[i] = id - 1;
  }
  if (id > stackCount) throw new DamagedBytes(`stack ${id - 1} of ${stackCount}`);
  scratch.length = length;
  return place;
}

/** Skips ids and answers where they end. */
export function skipStackIds(bytes: Uint8Array, at: number, end: number): number {
  const head = readLength(bytes, at, end);
  return skipVarints(bytes, head.place, end, head.value);
}

/**
 * Reads a column of `scratch.length` values and answers where it ends. When it is a multiple of the
 * one before, `readPrevious` is to put that one into the scratch.
 */
export function readValueColumn(
  bytes: Uint8Array,
  at: number,
  end: number,
  scratch: SampleScratch,
  readPrevious: () => void,
): number {
  const { length } = scratch;
  if (at >= end) throw new DamagedBytes(`a column at ${at} of ${end} bytes`);
  const mode = bytes[at] ?? 0;
  switch (mode) {
    case ALL_ZERO:
      narrowValues(scratch).fill(0, 0, length);
      return at + 1;
    case DIVIDED:
      return readDivided(bytes, at + 1, end, scratch);
    case TIMES_PREVIOUS: {
      const { value: factor, place } = readLength(bytes, at + 1, end);
      readPrevious();
      const { values } = scratch;
      if (isWide(values)) throw new DamagedBytes('a multiple of a wide column');
      for (let i = 0; i < length; i++) values[i] = (values[i] ?? 0) * factor;
      return place;
    }
    case WIDE:
      return readWide(bytes, at + 1, end, scratch);
    default:
      throw new DamagedBytes(`a column of mode ${mode}`);
  }
}

/** Where the column that begins at `at` ends, without reading it. */
export function skipValueColumn(
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
): number {
  if (at >= end) throw new DamagedBytes(`a column at ${at} of ${end} bytes`);
  switch (bytes[at]) {
    case ALL_ZERO:
      return at + 1;
    case DIVIDED:
      return skipVarints(bytes, at + 1, end, length + 1);
    case TIMES_PREVIOUS:
      return skipVarints(bytes, at + 1, end, 1);
    case WIDE:
      return skipVarints(bytes, at + 1, end, length);
    default:
      throw new DamagedBytes(`a column of mode ${bytes[at]}`);
  }
}

/** Whether a column that begins with this byte has values of its own; what else stands there is its head. */
export function hasValues(mode: number | undefined): boolean {
  return mode === DIVIDED || mode === WIDE;
}

/** Whether a column that begins with this byte is read out of the one before it. */
export function isMultiple(mode: number | undefined): boolean {
  return mode === TIMES_PREVIOUS;
}

/** Where the values of a column begin. */
export function skipColumnHead(bytes: Uint8Array, at: number, end: number): number {
  return skipValueColumn(bytes, at, end, 0);
}

function narrowValues(scratch: SampleScratch): Float64Array {
  const { values, length } = scratch;
  if (!isWide(values) && values.length >= length) return values;
  const narrow = new Float64Array(Math.max(1024, 2 * length));
  scratch.values = narrow;
  return narrow;
}

function readDivided(bytes: Uint8Array, at: number, end: number, scratch: SampleScratch): number {
  const head = readLength(bytes, at, end);
  const divisor = head.value;
  let { place } = head;
  const { length } = scratch;
  const values = narrowValues(scratch);
  for (let i = 0; i < length; i++) {
    const byte = place < end ? (bytes[place] ?? 0) : 128;
    if (byte < 128) {
      place++;
      values[i] = byte * divisor;
      continue;
    }
    const read = readLength(bytes, place, end);
    values[i] = read.value * divisor;
    place = read.place;
  }
  return place;
}

function readWide(bytes: Uint8Array, at: number, end: number, scratch: SampleScratch): number {
  let place = at;
  const values = new BigInt64Array(Math.max(1, scratch.length));
  for (let i = 0; i < scratch.length; i++) {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (place >= end || shift > 63n)
        throw new DamagedBytes(`a value that does not end at ${place}`);
      const byte = bytes[place++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    values[i] = value;
  }
  scratch.values = values;
  return place;
}

/** Reused: a pair for each value would be garbage. */
const lengthRead = { value: 0, place: 0 };

function readLength(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: number; readonly place: number } {
  let value = 0;
  let factor = 1;
  let place = at;
  for (;;) {
    if (place >= end || factor > 2 ** 49)
      throw new DamagedBytes(`a number that does not end at ${at}`);
    const byte = bytes[place++] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) break;
    factor *= 128;
  }
  if (value > Number.MAX_SAFE_INTEGER) throw new DamagedBytes(`a number over 2^53 at ${at}`);
  lengthRead.value = value;
  lengthRead.place = place;
  return lengthRead;
}

function skipVarints(bytes: Uint8Array, at: number, end: number, count: number): number {
  let place = at;
  for (let left = count; left > 0; place++) {
    if (place >= end) throw new DamagedBytes(`${left} numbers are missing at ${end}`);
    if ((bytes[place] ?? 0) < 128) left--;
  }
  return place;
}

/** The span and the trace of samples, as texts of hex digits; '' for none. */
export type TracingRow = { readonly span: string; readonly trace: string };

const HAS_SPAN = 1;
const HAS_TRACE = 2;
const SPAN_BYTES = 8;
const TRACE_BYTES = 16;

/** `rowOf` has a cell for each sample: a row of `rows`, or -1. Without rows no cells are written. */
export function writeTracing(
  out: ByteWriter,
  rows: readonly TracingRow[],
  rowOf: ArrayLike<number>,
  length: number,
): void {
  out.uvarint(rows.length);
  for (const { span, trace } of rows) {
    out.uint8((span === '' ? 0 : HAS_SPAN) | (trace === '' ? 0 : HAS_TRACE));
    writeHex(out, span);
    writeHex(out, trace);
  }
  if (rows.length === 0) return;
  for (let i = 0; i < length; i++) out.uvarint((rowOf[i] ?? -1) + 1);
}

export type ReadTracing = { readonly rows: readonly TracingRow[]; readonly rowOf: Int32Array };

/** Reads the tracing of `length` samples. */
export function readTracing(from: ByteReader, length: number): ReadTracing {
  const rowCount = from.count(1);
  const rows = Array.from({ length: rowCount }, (): TracingRow => {
    const has = from.uint8();
    const span = (has & HAS_SPAN) === 0 ? '' : hexOf(from.bytes(SPAN_BYTES));
    const trace = (has & HAS_TRACE) === 0 ? '' : hexOf(from.bytes(TRACE_BYTES));
    return { span, trace };
  });
  if (rowCount === 0) return { rows, rowOf: new Int32Array(length).fill(-1) };
  if (length > from.left()) {
    throw new DamagedBytes(`tracing of ${length} samples in ${from.left()} bytes`);
  }
  const rowOf = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const row = from.uvarint() - 1;
    if (row >= rowCount) throw new DamagedBytes(`tracing ${row} of ${rowCount}`);
    rowOf[i] = row;
  }
  return { rows, rowOf };
}

/** Skips the tracing of `length` samples and answers where it ends. */
export function skipTracing(bytes: Uint8Array, at: number, end: number, length: number): number {
  const head = readLength(bytes, at, end);
  const rowCount = head.value;
  let { place } = head;
  for (let row = 0; row < rowCount; row++) {
    if (place >= end) throw new DamagedBytes(`${rowCount - row} rows of tracing are missing`);
    const has = bytes[place++] ?? 0;
    if ((has & HAS_SPAN) !== 0) place += SPAN_BYTES;
    if ((has & HAS_TRACE) !== 0) place += TRACE_BYTES;
  }
  if (place > end) throw new DamagedBytes(`tracing that ends at ${place} of ${end} bytes`);
  return rowCount === 0 ? place : skipVarints(bytes, place, end, length);
}

function writeHex(out: ByteWriter, hex: string): void {
  for (let i = 0; i < hex.length; i += 2) out.uint8(Number.parseInt(hex.slice(i, i + 2), 16));
}

function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
