import { ARRAY_BYTES } from './heap-sizes.ts';

/**
 * Finds rows of a table by their content: open addressing over one typed array of rows alone. Small
 * before all: what does not stay in the processor's cache costs 100 ns and more for each look-up. The
 * table keeps the rows and says what their hashes are.
 *
 *     for (let row = slots.first(hash); row !== NO_ROW; row = slots.next()) …is it the one?
 */
export type HashSlots = {
  /** A row that may have this hash, or {@link NO_ROW}. */
  first(hash: number): number;
  /** The next one, behind that which was answered last. */
  next(): number;
  /**
   * All slots, a power of two of them: row + 1, or 0 for an empty one. A search begins at the hash's
   * last bits and ends at an empty one. They hold until a row is added.
   */
  cells(): Int32Array;
  /** The next row, which must not be there yet: rows are dense, from 0. */
  add(hash: number): void;
  readonly bytes: () => number;
};

export const NO_ROW = -1;

const INITIAL_SLOTS = 16;

/** `hashOf` answers for each row that was added the hash it was added with. */
export function createHashSlots(hashOf: (row: number) => number): HashSlots {
  /** Row + 1, or 0 where it is empty. */
  let slots = new Int32Array(INITIAL_SLOTS);
  let mask = INITIAL_SLOTS - 1;
  let length = 0;
  let slot = 0;

  function place(row: number, hash: number): void {
    let free = hash & mask;
    while (slots[free] !== 0) free = (free + 1) & mask;
    slots[free] = row + 1;
  }

  /** Half of the slots stay empty, so a search ends after a step or two. */
  function grow(): void {
    slots = new Int32Array(2 * slots.length);
    mask = slots.length - 1;
    for (let row = 0; row < length; row++) place(row, hashOf(row));
  }

  return {
    first(hash) {
      slot = hash & mask;
      return (slots[slot] ?? 0) - 1;
    },
    next() {
      slot = (slot + 1) & mask;
      return (slots[slot] ?? 0) - 1;
    },
    cells: () => slots,
    add(hash) {
      if (2 * length >= slots.length) grow();
      place(length++, hash);
    },
    bytes: () => ARRAY_BYTES + slots.byteLength,
  };
}

/**
 * Differ from process to process: what is hashed comes from outside, and nobody shall be able to send
 * rows that all fall into one slot. A seed alone would not do for that: pairs that collide under one
 * collide under all.
 */
const VALUE_FACTOR = randomOdd();
const HASH_FACTOR = randomOdd();

function randomOdd(): number {
  return (Math.random() * 0x1_0000_0000) | 1;
}

/** Mixes one more integer into a hash: MurmurHash3's steps for a block, with factors of our own. */
export function mixHash(hash: number, value: number): number {
  let k = Math.imul(value, VALUE_FACTOR);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, HASH_FACTOR);
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
