import { type Crc32, RECORD_HEADER_BYTES, type RecordLimits } from './record.ts';

/**
 * Records on their way to a file. A batch is one run of bytes, so a group commit is one write and
 * one fsync, however many pushes wait for it.
 */
export type RecordBatch = {
  readonly byteLength: () => number;
  readonly recordCount: () => number;
  /** Of the memory it holds, used or not. */
  readonly capacityBytes: () => number;
  /**
   * Adds a record whose payload is the given pieces, one behind the other, and answers where it
   * begins in the batch. Throws a RangeError on a kind out of 1 to 255 and on a payload over the
   * limit: the owner checks what it lets in.
   */
  append(kind: number, ...pieces: readonly Uint8Array[]): number;
  /** Takes everything from a place on back: for a record that must not be written after all. */
  truncate(byteLength: number, recordCount: number): void;
  /** The bytes so far: a view, good until the next append. */
  bytes(): Uint8Array;
  /** Empties the batch and keeps its memory for the next one. */
  clear(): void;
};

const INITIAL_BYTES = 64 * 1024;

export function createRecordBatch(crc32: Crc32, { maxPayloadBytes }: RecordLimits): RecordBatch {
  let buffer = new Uint8Array(INITIAL_BYTES);
  let view = new DataView(buffer.buffer);
  let length = 0;
  let count = 0;

  function reserve(bytes: number): void {
    if (length + bytes <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + bytes));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
    view = new DataView(buffer.buffer);
  }

  return {
    byteLength: () => length,
    recordCount: () => count,
    capacityBytes: () => buffer.length,
    append(kind, ...pieces) {
      if (!Number.isInteger(kind) || kind < 1 || kind > 255) {
        throw new RangeError(`${kind} is not a kind of record: 1 to 255`);
      }
      const payloadBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      if (payloadBytes > maxPayloadBytes) {
        throw new RangeError(`a payload of ${payloadBytes} bytes; the limit is ${maxPayloadBytes}`);
      }
      reserve(RECORD_HEADER_BYTES + payloadBytes);
      const start = length;
      view.setUint32(start, payloadBytes, true);
      view.setUint8(start + 8, kind);
      length += RECORD_HEADER_BYTES;
      for (const piece of pieces) {
        buffer.set(piece, length);
        length += piece.length;
      }
      view.setUint32(start + 4, crc32(buffer.subarray(start + 8, length)), true);
      count++;
      return start;
    },
    truncate(byteLength, recordCount) {
      if (byteLength > length || recordCount > count) {
        throw new RangeError(`cannot truncate ${length} bytes to ${byteLength}`);
      }
      length = byteLength;
      count = recordCount;
    },
    bytes: () => buffer.subarray(0, length),
    clear() {
      length = 0;
      count = 0;
    },
  };
}
