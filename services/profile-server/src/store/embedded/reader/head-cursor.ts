import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { ID_BYTES } from '../codec/log-records.ts';

/**
 * The head of one profile's record (`codec/log-records`), field by field: what `readProfileRecord`
 * reads, but without an object, a bigint or a window for any of it. An index of a generation goes
 * through a hundred thousand of them at once.
 */
export type HeadCursor = {
  /** Reads the record in `bytes[start, end)`. The fields are good until the next one is read. */
  read(bytes: Uint8Array, start: number, end: number): void;
  /** `[recordAt, recordEnd)`: all of it. */
  recordAt: number;
  recordEnd: number;
  stream: number;
  epoch: number;
  arrival: number;
  timeMillis: number;
  timeNanosOnTop: number;
  durationNanos: number | bigint;
  period: number | bigint;
  /** Where the 16 bytes of the id begin. */
  idAt: number;
  /** `[remarksAt, remarksEnd)`; empty when there are none. */
  remarksAt: number;
  remarksEnd: number;
  /** As many as there are sample types; an array that is used again. */
  readonly totals: (number | bigint)[];
  /** Dictionary rows `[rowsAt, rowsEnd)`. */
  rowsAt: number;
  rowsEnd: number;
  /** Where the sections of the samples begin: the length of the ids. */
  samplesAt: number;
  hasTracing: boolean;
};

const HAS_PUSH_ID = 1;
const HAS_REMARKS = 2;
const HAS_TRACING = 4;

export function createHeadCursor(): HeadCursor {
  let bytes: Uint8Array = new Uint8Array(0);
  let at = 0;
  let last = 0;

  function uvarint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      if (byte < 128) return value + byte * factor;
      value += (byte & 127) * factor;
      factor *= 128;
      if (at > last) throw new DamagedBytes(`a record ends at ${last}, within a number`);
    }
  }

  /** Up to 2^64: nearly all are small. */
  function uvarint64(): number | bigint {
    const first = at;
    const value = uvarint();
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    let wide = 0n;
    for (let place = at - 1; place >= first; place--) {
      wide = (wide << 7n) | BigInt((bytes[place] ?? 0) & 127);
    }
    return wide;
  }

  function svarint(): number | bigint {
    const zigzag = uvarint64();
    if (typeof zigzag === 'number') return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    const wide = (zigzag & 1n) === 0n ? zigzag >> 1n : -((zigzag + 1n) >> 1n);
    const narrow = Number(wide);
    return Number.isSafeInteger(narrow) ? narrow : wide;
  }

  function skipText(): void {
    const length = uvarint();
    at += length;
  }

  function uint32(): number {
    const value =
      (bytes[at] ?? 0) +
      (bytes[at + 1] ?? 0) * 0x100 +
      (bytes[at + 2] ?? 0) * 0x1_0000 +
      (bytes[at + 3] ?? 0) * 0x100_0000;
    at += 4;
    return value;
  }

  const cursor: HeadCursor = {
    recordAt: 0,
    recordEnd: 0,
    stream: 0,
    epoch: 0,
    arrival: 0,
    timeMillis: 0,
    timeNanosOnTop: 0,
    durationNanos: 0,
    period: 0,
    idAt: 0,
    remarksAt: 0,
    remarksEnd: 0,
    totals: [],
    rowsAt: 0,
    rowsEnd: 0,
    samplesAt: 0,
    hasTracing: false,
    read(from, start, end) {
      bytes = from;
      at = start;
      last = end;
      cursor.recordAt = start;
      cursor.recordEnd = end;
      cursor.stream = uvarint();
      cursor.epoch = uvarint();
      cursor.arrival = uvarint();
      readTime();
      cursor.durationNanos = svarint();
      cursor.period = svarint();
      cursor.idAt = at;
      at += ID_BYTES;
      const flags = bytes[at++] ?? 0;
      if ((flags & HAS_PUSH_ID) !== 0) at += ID_BYTES;
      cursor.remarksAt = at;
      if ((flags & HAS_REMARKS) !== 0) skipRemarks();
      cursor.remarksEnd = at;
      const { totals } = cursor;
      totals.length = uvarint();
      for (let type = 0; type < totals.length; type++) totals[type] = uvarint64();
      const rowBytes = uvarint();
      cursor.rowsAt = at;
      at += rowBytes;
      cursor.rowsEnd = at;
      cursor.samplesAt = at;
      cursor.hasTracing = (flags & HAS_TRACING) !== 0;
      if (at > last) throw new DamagedBytes(`a profile's record ends at ${last}, not at ${at}`);
    },
  };

  /** An int64 of nanoseconds as whole milliseconds and a rest: exact in doubles, half by half. */
  function readTime(): void {
    const low = uint32();
    const high = uint32() | 0;
    // 2^32 ns are 4294 ms and 967,296 ns.
    const rest = high * 967_296 + low;
    const millisOfRest = Math.floor(rest / 1e6);
    cursor.timeMillis = high * 4294 + millisOfRest;
    cursor.timeNanosOnTop = rest - millisOfRest * 1e6;
  }

  function skipRemarks(): void {
    for (let i = 0; i < 3; i++) skipText();
    for (let comments = uvarint(); comments > 0; comments--) skipText();
  }

  return cursor;
}
