import { ARRAY_BYTES } from './heap-sizes.ts';

/**
 * Finds rows of a table by their content: open addressing over one typed array. The table keeps the
 * rows; this keeps a hash of each beside its number, so that growing asks nobody, most unequal rows
 * are told apart without a look at them, and a step of a search is one place in memory.
 *
 *     for (let row = slots.first(hash); row !== NO_ROW; row = slots.next(hash)) …is it the one?
 */
export type HashSlots = {
  /** The first row that has this hash, or {@link NO_ROW}. */
  first(hash: number): number;
  /** The next one, behind that which was answered last. */
  next(hash: number): number;
  /** The next row, which must not be there yet: rows are dense, from 0. */
  add(hash: number): void;
  readonly bytes: () => number;
};

export const NO_ROW = -1;

const INITIAL_SLOTS = 16;

export function createHashSlots(): HashSlots {
  /** Pairs: row + 1 (0 when the slot is empty), hash. */
  let slots = new Int32Array(2 * INITIAL_SLOTS);
  let mask = INITIAL_SLOTS - 1;
  let length = 0;
  let slot = 0;

  function search(hash: number): number {
    for (;;) {
      const row = slots[2 * slot] ?? 0;
      if (row === 0) return NO_ROW;
      if (slots[2 * slot + 1] === hash) return row - 1;
      slot = (slot + 1) & mask;
    }
  }

  function place(row: number, hash: number): void {
    let free = hash & mask;
    while (slots[2 * free] !== 0) free = (free + 1) & mask;
    slots[2 * free] = row;
    slots[2 * free + 1] = hash;
  }

  /** Half of the slots stay empty, so a search ends after a step or two. */
  function grow(): void {
    const before = slots;
    slots = new Int32Array(2 * before.length);
    mask = slots.length / 2 - 1;
    for (let at = 0; at < before.length; at += 2) {
      const row = before[at] ?? 0;
      if (row !== 0) place(row, before[at + 1] ?? 0);
    }
  }

  return {
    first(hash) {
      slot = hash & mask;
      return search(hash);
    },
    next(hash) {
      slot = (slot + 1) & mask;
      return search(hash);
    },
    add(hash) {
      if (4 * length >= slots.length) grow();
      place(++length, hash);
    },
    bytes: () => ARRAY_BYTES + slots.byteLength,
  };
}

/** Mixes one more integer into a hash: MurmurHash3's steps for a block. */
export function mixHash(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

/** Spreads a hash over all of its bits: MurmurHash3's finishing steps. */
export function finishHash(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
