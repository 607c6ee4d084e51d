import { EdgeTable } from './edge-table.ts';

/**
 * The rows that the ids of one kind of message stand for. Ids are 64-bit and the sender's choice:
 * nearly always 1, 2, 3 …, in some profilers addresses or hashes. Small ones index an array.
 */
export class IdTable {
  /** Row + 1 for each small id, 0 where there is none; for loops that cannot afford a call. */
  dense = new Int32Array(INITIAL_DENSE);
  /** Where the used part of `dense` ends. */
  private denseEnd = 0;
  /** Ids that are not small, as pairs of halves, and the row of each. */
  private readonly sparse = new EdgeTable();
  private sparseRows: number[] = [];

  /** Forgets all ids. */
  clear(): void {
    if (this.dense.length > MAX_KEPT_DENSE) this.dense = new Int32Array(INITIAL_DENSE);
    else this.dense.fill(0, 0, this.denseEnd);
    this.denseEnd = 0;
    if (this.sparseRows.length > 0) {
      this.sparse.clear();
      this.sparseRows = [];
    }
  }

  /**
   * Binds an id, given in two halves, to a row, or to none when `row` is -1. A later binding wins.
   * An id below `maxDense` counts as small: the caller bounds the array by what it was sent.
   */
  set(low: number, high: number, row: number, maxDense: number): void {
    if (high === 0 && low >>> 0 < maxDense) {
      if (low >= this.dense.length) this.grow(low + 1);
      if (low >= this.denseEnd) this.denseEnd = low + 1;
      this.dense[low] = row + 1;
    } else {
      this.sparseRows[this.sparse.intern(high, low)] = row;
    }
  }

  /** The row of an id, or -1. */
  get(low: number, high: number): number {
    if (high === 0 && low >>> 0 < this.denseEnd && this.dense[low] !== 0)
      return this.dense[low] - 1;
    if (this.sparseRows.length === 0) return -1;
    const pair = this.sparse.find(high, low);
    return pair === -1 ? -1 : this.sparseRows[pair];
  }

  private grow(length: number): void {
    const larger = new Int32Array(Math.max(length, this.dense.length * 2));
    larger.set(this.dense);
    this.dense = larger;
  }
}

const INITIAL_DENSE = 1024;

/** A larger array than this (256 KiB) is not kept for the next profile. */
const MAX_KEPT_DENSE = 65_536;
