import type { StringIndex } from '@emberscope/profile';
import { growableInt32 } from './growable-column.ts';
import { finishHash, mixHash } from './hash-slots.ts';
import { ARRAY_BYTES, POINTER_BYTES, stringBytes } from './heap-sizes.ts';
import type { StringRows } from './string-rows.ts';

/**
 * Strings, each distinct one once, found by their UTF-8: a profile's strings that are known already,
 * and nearly all are, never become strings at all.
 */
export type ByteStringRows = Required<StringRows>;

const INITIAL_BYTES = 1024;
const INITIAL_SLOTS = 64;
const UTF8_BYTES_PER_UNIT = 3;

/**
 * Cells of a slot: row + 1 (0 when it is empty), hash, where the string's bytes start and end. With
 * these beside one another, a string that is known costs two places in memory: slot and bytes.
 */
const CELLS = 4;

/** Differs from process to process: nobody shall be able to send strings that share one slot. */
const SEED = (Math.random() * 0x1_0000_0000) | 0;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createByteStringRows(): ByteStringRows {
  let bytes = new Uint8Array(INITIAL_BYTES);
  let byteCount = 0;
  let scratch = new Uint8Array(INITIAL_BYTES);
  let slots = new Int32Array(CELLS * INITIAL_SLOTS);
  let mask = INITIAL_SLOTS - 1;
  const ends = growableInt32();
  /** Made when they are asked for: only those that a record has to tell. */
  const strings: string[] = [];
  let textBytes = 0;

  function isAt(first: number, from: Uint8Array, start: number, end: number): boolean {
    for (let i = start, at = first; i < end; i++, at++) if (bytes[at] !== from[i]) return false;
    return true;
  }

  function place(row: number, hash: number, start: number, end: number): void {
    let slot = hash & mask;
    while (slots[CELLS * slot] !== 0) slot = (slot + 1) & mask;
    const at = CELLS * slot;
    slots[at] = row;
    slots[at + 1] = hash;
    slots[at + 2] = start;
    slots[at + 3] = end;
  }

  /** Half of the slots stay empty, so a search ends after a step or two. */
  function growSlots(): void {
    const before = slots;
    slots = new Int32Array(2 * before.length);
    mask = slots.length / CELLS - 1;
    for (let at = 0; at < before.length; at += CELLS) {
      const row = before[at] ?? 0;
      if (row === 0) continue;
      place(row, before[at + 1] ?? 0, before[at + 2] ?? 0, before[at + 3] ?? 0);
    }
  }

  function keepBytes(from: Uint8Array, start: number, end: number): void {
    const lengthBytes = end - start;
    if (byteCount + lengthBytes > bytes.length) {
      const larger = new Uint8Array(Math.max(2 * bytes.length, byteCount + lengthBytes));
      larger.set(bytes.subarray(0, byteCount));
      bytes = larger;
    }
    bytes.set(from.subarray(start, end), byteCount);
    byteCount += lengthBytes;
  }

  function internRange(from: Uint8Array, start: number, end: number): StringIndex {
    const hash = hashOf(from, start, end);
    const lengthBytes = end - start;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = CELLS * slot;
      const row = slots[at] ?? 0;
      if (row === 0) break;
      const first = slots[at + 2] ?? 0;
      if (slots[at + 1] !== hash || (slots[at + 3] ?? 0) - first !== lengthBytes) continue;
      if (isAt(first, from, start, end)) return row - 1;
    }
    if (2 * CELLS * ends.length() >= slots.length) growSlots();
    keepBytes(from, start, end);
    ends.push(byteCount);
    place(ends.length(), hash, byteCount - lengthBytes, byteCount);
    return ends.length() - 1;
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
      for (let row = strings.length; row < ends.length(); row++) {
        const start = row === 0 ? 0 : ends.at(row - 1);
        const text = decoder.decode(bytes.subarray(start, ends.at(row)));
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
      ends.bytes() +
      slots.byteLength +
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
