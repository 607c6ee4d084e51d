import { ARRAY_BYTES } from './heap-sizes.ts';

/**
 * Finds rows of a table by their content: open addressing over two typed arrays. The table keeps
 * the rows; this keeps a hash of each, so that growing asks nobody and most unequal rows are told
 * apart without a look at them.
 */
export type HashSlots = {
  /** The row that has this hash and is the one looked for, else -1. */
  find(hash: number, isWanted: (row: number) => boolean): number;
  /** The next row, which must not be there yet: rows are dense, from 0. */
  add(hash: number): void;
  readonly bytes: () => number;
};

const EMPTY = -1;
const INITIAL_SLOTS = 16;

export function createHashSlots(): HashSlots {
  let slots = new Int32Array(INITIAL_SLOTS).fill(EMPTY);
  let hashes = new Int32Array(INITIAL_SLOTS / 2);
  let length = 0;

  function place(row: number): void {
    const mask = slots.length - 1;
    let slot = (hashes[row] ?? 0) & mask;
    while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    slots[slot] = row;
  }

  /** Half of the slots stay empty, so a search ends after a step or two. */
  function grow(): void {
    const larger = new Int32Array(hashes.length * 2);
    larger.set(hashes);
    hashes = larger;
    slots = new Int32Array(hashes.length * 2).fill(EMPTY);
    for (let row = 0; row < length; row++) place(row);
  }

  return {
    find(hash, isWanted) {
      const mask = slots.length - 1;
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const row = slots[slot] ?? EMPTY;
        if (row === EMPTY) return -1;
        if (hashes[row] === hash && isWanted(row)) return row;
      }
    },
    add(hash) {
      if (length === hashes.length) grow();
      hashes[length] = hash;
      place(length++);
    },
    bytes: () => 2 * ARRAY_BYTES + slots.byteLength + hashes.byteLength,
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
