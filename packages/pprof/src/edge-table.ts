/**
 * Numbers pairs of integers in order of arrival; the same pair gets the same row. A tree is such
 * pairs (parent row, label): stacks are kept like that, and label sets, and 64-bit ids as pairs of
 * their halves.
 *
 * `@emberscope/profile` has an edge interner for everybody. This one's memory is used again for the
 * next profile, which matters where profiles are small and come by the thousands.
 */
export class EdgeTable {
  length = 0;
  parents = new Int32Array(INITIAL_ROWS);
  labels = new Int32Array(INITIAL_ROWS);
  /** Row + 1, or 0 for an empty slot. Of an array kept from a larger profile only a part is used. */
  private slots = new Int32Array(2 * INITIAL_ROWS);
  private mask = 2 * INITIAL_ROWS - 1;

  /** Forgets all rows. As many slots stay as they took: the next profile is often as large. */
  clear(): void {
    if (this.parents.length > MAX_KEPT_ROWS) {
      this.parents = new Int32Array(INITIAL_ROWS);
      this.labels = new Int32Array(INITIAL_ROWS);
      this.slots = new Int32Array(2 * INITIAL_ROWS);
      this.mask = 2 * INITIAL_ROWS - 1;
    } else {
      // Half of those that were not needed go, or one large profile would slow down all others.
      if (this.mask >= 4 * INITIAL_ROWS && 8 * this.length < this.mask) this.mask >>= 1;
      this.slots.fill(0, 0, this.mask + 1);
    }
    this.length = 0;
  }

  /** The row of a pair, new or not. */
  intern(parent: number, label: number): number {
    const { slots, mask, parents, labels } = this;
    let slot = hashPair(parent, label) & mask;
    for (let row = slots[slot] - 1; row >= 0; row = slots[slot] - 1) {
      if (parents[row] === parent && labels[row] === label) return row;
      slot = (slot + 1) & mask;
    }
    return this.add(slot, parent, label);
  }

  /** The row of a pair, or -1. */
  find(parent: number, label: number): number {
    const { slots, mask, parents, labels } = this;
    let slot = hashPair(parent, label) & mask;
    for (let row = slots[slot] - 1; row >= 0; row = slots[slot] - 1) {
      if (parents[row] === parent && labels[row] === label) return row;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  private add(slot: number, parent: number, label: number): number {
    const row = this.length++;
    if (row === this.parents.length) {
      this.parents = enlarged(this.parents);
      this.labels = enlarged(this.labels);
    }
    this.parents[row] = parent;
    this.labels[row] = label;
    this.slots[slot] = row + 1;
    if (2 * this.length > this.mask) this.rehash();
    return row;
  }

  /** Doubles the slots. Half of them stay empty, so a search ends after a step or two. */
  private rehash(): void {
    const slotCount = 2 * (this.mask + 1);
    if (slotCount > this.slots.length) this.slots = new Int32Array(slotCount);
    else this.slots.fill(0, 0, slotCount);
    this.mask = slotCount - 1;
    const { slots, mask, parents, labels } = this;
    for (let row = 0; row < this.length; row++) {
      let slot = hashPair(parents[row], labels[row]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
  }
}

const INITIAL_ROWS = 1024;

/** A larger table than this (1 MiB) is not kept for the next profile. */
const MAX_KEPT_ROWS = 65_536;

/**
 * Two odd factors that differ from process to process, so that nobody can send pairs that all fall
 * into one slot and make each search as long as the table. Rows do not depend on them.
 */
const PARENT_FACTOR = randomOdd();
const LABEL_FACTOR = randomOdd();

function randomOdd(): number {
  return (Math.random() * 0x1_0000_0000) | 1;
}

/** Behind the two products come MurmurHash3's finishing steps: neighbours part well. */
function hashPair(parent: number, label: number): number {
  let h = Math.imul(parent, PARENT_FACTOR) ^ Math.imul(label, LABEL_FACTOR);
  h ^= h >>> 15;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 13);
}

function enlarged(cells: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(cells.length * 2);
  larger.set(cells);
  return larger;
}
