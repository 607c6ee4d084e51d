/**
 * Bytes in the formats of this store, at the end of a buffer that grows. Numbers are unsigned
 * LEB128 varints (`uvarint`), zigzag ones (`svarint`), or little endian.
 */
export type ByteWriter = {
  readonly length: () => number;
  uint8(value: number): void;
  uint32(value: number): void;
  /** An integer from 0 to 2^53. */
  uvarint(value: number): void;
  /** An integer from 0 to 2^64; a bigint or a safe number. */
  uvarint64(value: number | bigint): void;
  /** An integer, negative ones included, of 64 bits. */
  svarint(value: number | bigint): void;
  int64(value: bigint): void;
  /** As they are: a length is up to the caller. */
  bytes(bytes: Uint8Array): void;
  /** Length in bytes, and UTF-8. */
  text(text: string): void;
  /** All so far: a window, good until the next write. */
  view(): Uint8Array;
  /** A copy of all so far. */
  finish(): Uint8Array<ArrayBuffer>;
  /** Forgets what stands behind a place. */
  truncate(length: number): void;
  clear(): void;
};

/** What the first byte makes room for, where nobody says better. Many writers never get one. */
const INITIAL_BYTES = 256;
const NOTHING = new Uint8Array(0);
const MAX_VARINT_BYTES = 10;
/** UTF-16 units become three bytes of UTF-8 at most. */
const UTF8_BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();

export function createByteWriter(initialBytes = INITIAL_BYTES): ByteWriter {
  let buffer: Uint8Array<ArrayBuffer> = NOTHING;
  let view: DataView | undefined;
  let length = 0;

  function reserve(bytes: number): void {
    if (length + bytes <= buffer.length) return;
    const larger = new Uint8Array(Math.max(initialBytes, buffer.length * 2, length + bytes));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
    view = undefined;
  }

  function words(): DataView {
    view ??= new DataView(buffer.buffer);
    return view;
  }

  function uvarint(value: number): void {
    if (length + MAX_VARINT_BYTES > buffer.length) reserve(MAX_VARINT_BYTES);
    let rest = value;
    // Bit operators work on 32 bits; few numbers need more.
    while (rest > 0x7fffffff) {
      buffer[length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      buffer[length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[length++] = rest;
  }

  function uvarint64(value: number | bigint): void {
    if (typeof value === 'number' || value <= Number.MAX_SAFE_INTEGER) {
      uvarint(Number(value));
      return;
    }
    reserve(MAX_VARINT_BYTES);
    let rest = value;
    while (rest > 127n) {
      buffer[length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    buffer[length++] = Number(rest);
  }

  return {
    length: () => length,
    uint8(value) {
      reserve(1);
      buffer[length++] = value;
    },
    uint32(value) {
      reserve(4);
      words().setUint32(length, value, true);
      length += 4;
    },
    uvarint,
    uvarint64,
    svarint(value) {
      if (typeof value === 'number' && Math.abs(value) < 2 ** 51) {
        uvarint(value < 0 ? -2 * value - 1 : 2 * value);
        return;
      }
      const wide = BigInt(value);
      uvarint64(wide < 0n ? -2n * wide - 1n : 2n * wide);
    },
    int64(value) {
      reserve(8);
      words().setBigInt64(length, value, true);
      length += 8;
    },
    bytes(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    text(text) {
      const mostBytes = text.length * UTF8_BYTES_PER_UNIT;
      reserve(MAX_VARINT_BYTES + mostBytes);
      // The length comes first and is known last: most texts are short, and theirs is one byte.
      const at = length;
      const { written } = encoder.encodeInto(text, buffer.subarray(at + 1));
      if (written < 128) {
        buffer[at] = written;
        length = at + 1 + written;
        return;
      }
      uvarint(written);
      encoder.encodeInto(text, buffer.subarray(length));
      length += written;
    },
    view: () => buffer.subarray(0, length),
    finish: () => buffer.slice(0, length),
    truncate(to) {
      if (to > length) throw new RangeError(`cannot truncate ${length} bytes to ${to}`);
      length = to;
    },
    clear() {
      length = 0;
    },
  };
}
