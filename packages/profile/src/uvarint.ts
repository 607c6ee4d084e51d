/*
 * Unsigned varints as Go's encoding/binary and protobuf write them: seven bits a byte, the lowest
 * first, the highest bit set on all but the last.
 */

export type UvarintWriter = {
  uvarint(value: bigint): void;
  bytes(bytes: Uint8Array): void;
  finish(): Uint8Array;
};

export function createUvarintWriter(): UvarintWriter {
  let buffer = new Uint8Array(1024);
  let length = 0;
  function reserve(bytes: number): void {
    if (length + bytes <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + bytes));
    larger.set(buffer);
    buffer = larger;
  }
  return {
    uvarint(value) {
      reserve(10);
      let rest = BigInt.asUintN(64, value);
      while (rest >= 0x80n) {
        buffer[length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      buffer[length++] = Number(rest);
    },
    bytes(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    finish: () => buffer.slice(0, length),
  };
}

export type UvarintReader = {
  readonly offset: () => number;
  /** Undefined when the bytes end within the number, or it is past 64 bits. */
  uvarint(): bigint | undefined;
  /** A view of the next bytes; undefined when there are not as many. */
  bytes(count: bigint): Uint8Array | undefined;
};

export function createUvarintReader(bytes: Uint8Array): UvarintReader {
  let offset = 0;
  return {
    offset: () => offset,
    uvarint() {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        if (offset >= bytes.length) return undefined;
        const byte = bytes[offset++];
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value < 1n << 64n ? value : undefined;
      }
      return undefined;
    },
    bytes(count) {
      if (count > BigInt(bytes.length - offset)) return undefined;
      const start = offset;
      offset += Number(count);
      return bytes.subarray(start, offset);
    },
  };
}
