import type { StringIndex } from '@emberscope/profile';
import { growableInt32 } from './growable-column.ts';
import { createHashSlots, finishHash, mixHash, NO_ROW } from './hash-slots.ts';
import { ARRAY_BYTES, POINTER_BYTES, stringBytes } from './heap-sizes.ts';
import type { StringRows } from './string-rows.ts';

/**
 * Strings, each distinct one once, found by their UTF-8: a profile's strings that are known already,
 * and nearly all are, never become strings at all.
 */
export type ByteStringRows = Required<StringRows>;

const INITIAL_BYTES = 1024;
const UTF8_BYTES_PER_UNIT = 3;

/** Differs from process to process: nobody shall be able to send strings that share one slot. */
const SEED = (Math.random() * 0x1_0000_0000) | 0;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createByteStringRows(): ByteStringRows {
  let bytes = new Uint8Array(INITIAL_BYTES);
  let length = 0;
  let scratch = new Uint8Array(INITIAL_BYTES);
  const starts = growableInt32();
  const slots = createHashSlots();
  /** Made when they are asked for: only those that a record has to tell. */
  const strings: string[] = [];
  let textBytes = 0;
  starts.push(0);

  function isAt(row: number, from: Uint8Array, start: number, end: number): boolean {
    const first = starts.at(row);
    if (starts.at(row + 1) - first !== end - start) return false;
    for (let i = start, at = first; i < end; i++, at++) if (bytes[at] !== from[i]) return false;
    return true;
  }

  function internRange(from: Uint8Array, start: number, end: number): StringIndex {
    const hash = hashOf(from, start, end);
    for (let row = slots.first(hash); row !== NO_ROW; row = slots.next(hash)) {
      if (isAt(row, from, start, end)) return row;
    }
    if (length + end - start > bytes.length) {
      const larger = new Uint8Array(Math.max(2 * bytes.length, length + end - start));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(from.subarray(start, end), length);
    length += end - start;
    slots.add(hash);
    starts.push(length);
    return starts.length() - 2;
  }
  internRange(scratch, 0, 0);

  return {
    intern(text) {
      const mostBytes = text.length * UTF8_BYTES_PER_UNIT;
      if (scratch.length < mostBytes) scratch = new Uint8Array(2 * mostBytes);
      return internRange(scratch, 0, encoder.encodeInto(text, scratch).written);
    },
    internEncoded: ({ bytes: from, start }, text) =>
      internRange(from, start[text] ?? 0, start[text + 1] ?? 0),
    view() {
      for (let row = strings.length; row < starts.length() - 1; row++) {
        const text = decoder.decode(bytes.subarray(starts.at(row), starts.at(row + 1)));
        strings.push(text);
        textBytes += stringBytes(text);
      }
      return strings;
    },
    close() {
      throw new Error('rows that are found by bytes stay open');
    },
    bytes: () =>
      ARRAY_BYTES +
      bytes.length +
      starts.bytes() +
      slots.bytes() +
      strings.length * POINTER_BYTES +
      textBytes,
  };
}

/** MurmurHash3 over four bytes at a time, with a seed. */
function hashOf(from: Uint8Array, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const low = (from[i] ?? 0) | ((from[i + 1] ?? 0) << 8);
    hash = mixHash(hash, low | ((from[i + 2] ?? 0) << 16) | ((from[i + 3] ?? 0) << 24));
  }
  for (; i < end; i++) hash = mixHash(hash, from[i] ?? 0);
  return finishHash(hash);
}
