import { DamagedBytes } from './damaged-bytes.ts';
import { readVarints32, readVarints64 } from './varint-runs.ts';

/**
 * Reads what a `ByteWriter` wrote, front to back. Throws {@link DamagedBytes} where the bytes end
 * too early or a number is longer than it can be.
 */
export type ByteReader = {
  readonly at: () => number;
  /** How many bytes are left. */
  readonly left: () => number;
  uint8(): number;
  uint32(): number;
  /** Up to 2^53. */
  uvarint(): number;
  /** Up to 2^64: a number when it is a safe one. */
  uvarint64(): number | bigint;
  svarint(): number | bigint;
  /** Many below 2^32: several times as fast as one after the other, and not only when it is warm. */
  uvarints32(count: number): Uint32Array<ArrayBuffer>;
  /** Many of 32 bits with a sign. */
  svarints32(count: number): Int32Array<ArrayBuffer>;
  /** Many of up to 64 bits, as two words each, the low one first. */
  uvarints64(count: number): Uint32Array<ArrayBuffer>;
  int64(): bigint;
  /** A window on the next bytes. */
  bytes(length: number): Uint8Array;
  text(): string;
  /** Many texts behind one another: several times as fast as one after the other. */
  texts(count: number, take: (text: string) => void): void;
  /**
   * A number of things of which each takes `leastBytes` at least: checked against what is left, so
   * that nobody makes room for more than can be there.
   */
  count(leastBytes: number): number;
};

/** A byte order mark is part of a text like any other character. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Fewer texts than this are decoded one by one. */
const TEXTS_AT_ONCE = 16;

/** Reads `bytes[start, end)`. */
export function createByteReader(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): ByteReader {
  let at = start;

  function need(length: number): void {
    if (at + length > end) {
      throw new DamagedBytes(`${length} bytes wanted at ${at}, and there are ${end - at}`);
    }
  }

  function uvarint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      need(1);
      const byte = bytes[at++] ?? 0;
      if (byte < 128) {
        value += byte * factor;
        if (value > Number.MAX_SAFE_INTEGER) throw new DamagedBytes(`a number over 2^53 at ${at}`);
        return value;
      }
      value += (byte & 127) * factor;
      factor *= 128;
      if (factor > 2 ** 56) throw new DamagedBytes(`a number over 2^53 at ${at}`);
    }
  }

  function uvarint64(): number | bigint {
    const first = at;
    let value = 0;
    let factor = 1;
    for (;;) {
      need(1);
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) break;
      if (at - first >= 10) throw new DamagedBytes(`a number over 2^64 at ${first}`);
    }
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    let wide = 0n;
    for (let i = at - 1; i >= first; i--) wide = (wide << 7n) | BigInt((bytes[i] ?? 0) & 127);
    if (wide >= 1n << 64n) throw new DamagedBytes(`a number over 2^64 at ${first}`);
    return wide;
  }

  /** Each takes a byte at least: nobody makes room for more than can be there. */
  function runOf(
    read: typeof readVarints32,
    count: number,
    wordsPerNumber: number,
  ): Uint32Array<ArrayBuffer> {
    need(count);
    const words = new Uint32Array(wordsPerNumber * count);
    const next = read(bytes, at, words);
    // What is behind the end belongs to somebody else.
    if (next > end) throw new DamagedBytes(`numbers at ${at} that do not end by ${end}`);
    at = next;
    return words;
  }

  function take(length: number): Uint8Array {
    need(length);
    at += length;
    return bytes.subarray(at - length, at);
  }

  function text(): string {
    return decoder.decode(take(uvarint()));
  }

  return {
    at: () => at,
    left: () => end - at,
    uint8: () => take(1)[0] ?? 0,
    uint32() {
      need(4);
      at += 4;
      return new DataView(bytes.buffer, bytes.byteOffset + at - 4, 4).getUint32(0, true);
    },
    uvarint,
    uvarint64,
    svarint() {
      const zigzag = uvarint64();
      if (typeof zigzag === 'number') {
        return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      }
      const value = (zigzag & 1n) === 0n ? zigzag >> 1n : -((zigzag + 1n) >> 1n);
      const narrow = Number(value);
      return Number.isSafeInteger(narrow) ? narrow : value;
    },
    uvarints32: (count) => runOf(readVarints32, count, 1),
    svarints32(count) {
      const words = runOf(readVarints32, count, 1);
      for (let i = 0; i < count; i++) {
        const zigzag = words[i] ?? 0;
        words[i] = (zigzag >>> 1) ^ -(zigzag & 1);
      }
      return new Int32Array(words.buffer);
    },
    uvarints64: (count) => runOf(readVarints64, count, 2),
    int64() {
      need(8);
      at += 8;
      return new DataView(bytes.buffer, bytes.byteOffset + at - 8, 8).getBigInt64(0, true);
    },
    bytes: take,
    text,
    texts(count, take) {
      if (count < TEXTS_AT_ONCE) {
        for (let i = 0; i < count; i++) take(text());
        return;
      }
      // Decoding a text costs 0.2 us however short it is. All bytes become characters at once
      // instead, and texts are windows on these; but for those that are more than ASCII.
      const first = at;
      const starts = new Float64Array(count);
      const ends = new Float64Array(count);
      for (let i = 0; i < count; i++) {
        const length = uvarint();
        need(length);
        starts[i] = at;
        at += length;
        ends[i] = at;
      }
      const characters = Buffer.from(bytes.buffer, bytes.byteOffset + first, at - first).toString(
        'latin1',
      );
      for (let i = 0; i < count; i++) {
        const start = starts[i] ?? 0;
        const end = ends[i] ?? 0;
        take(
          isAscii(bytes, start, end)
            ? characters.slice(start - first, end - first)
            : decoder.decode(bytes.subarray(start, end)),
        );
      }
    },
    count(leastBytes) {
      const count = uvarint();
      if (count * leastBytes > end - at) {
        throw new DamagedBytes(
          `${count} things announced at ${at}, and ${end - at} bytes are left`,
        );
      }
      return count;
    },
  };
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) > 127) return false;
  return true;
}
