/**
 * Numbers the edges (parent row, label) of a growing tree in order of arrival: the same edge gets
 * the same row. Stacks and call trees are both such trees; only what labels an edge differs (a
 * location there, a frame here).
 *
 * Open addressing over typed arrays rather than a Map: at a few million look-ups a second this is
 * where decoding a profile spends its time, and a Map would want one key for two integers.
 */
export type EdgeInterner = {
  readonly length: () => number;
  /** In a tree, `parent` is -1 or a row that was answered before: a parent's row is smaller. */
  intern(parent: number, label: number): number;
  /** The row of an edge that is there, else -1. */
  find(parent: number, label: number): number;
  /**
   * The columns as they stand, `length` cells each, as windows: they stay what they are while rows
   * are added, and cost nothing. For reading only.
   */
  view(): { readonly parent: Int32Array; readonly label: Int32Array };
  /** Copies of the columns, `length` cells each. */
  finish(): { readonly parent: Int32Array; readonly label: Int32Array };
};

const INITIAL_ROWS = 128;
/** What somebody expects is a guess: no more room is made for it than this. */
const EXPECTED_MAX_ROWS = 1 << 20;

/**
 * Cells of a slot: row + 1 (0 when it is empty), parent, label, and one that makes them four. The
 * edge stands in the slot itself, so that a look-up is one place in memory and not three: in a
 * dictionary of 200,000 stacks none of them is in the processor's cache.
 */
const CELLS = 4;

/** `expectedRows` saves doubling its tables up to there. */
export function createEdgeInterner(expectedRows = INITIAL_ROWS): EdgeInterner {
  const rows = Math.min(EXPECTED_MAX_ROWS, Math.max(INITIAL_ROWS, expectedRows));
  const initialRows = 2 ** Math.ceil(Math.log2(rows));
  let slots = new Int32Array(2 * initialRows * CELLS);
  let mask = 2 * initialRows - 1;
  let parents = new Int32Array(initialRows);
  let labels = new Int32Array(initialRows);
  let length = 0;

  /** Where the slot begins that holds the edge, or the empty one where it belongs. */
  function slotOf(parent: number, label: number): number {
    let slot = hashEdge(parent, label) & mask;
    for (;;) {
      const at = slot * CELLS;
      if (slots[at] === 0 || (slots[at + 1] === parent && slots[at + 2] === label)) return at;
      slot = (slot + 1) & mask;
    }
  }

  function place(at: number, row: number, parent: number, label: number): void {
    slots[at] = row + 1;
    slots[at + 1] = parent;
    slots[at + 2] = label;
  }

  /** Doubles the tables; half of the slots stay empty, so a search ends after a step or two. */
  function grow(): void {
    const capacity = parents.length * 2;
    parents = enlarged(parents, capacity);
    labels = enlarged(labels, capacity);
    slots = new Int32Array(capacity * 2 * CELLS);
    mask = capacity * 2 - 1;
    for (let row = 0; row < length; row++) {
      place(slotOf(parents[row], labels[row]), row, parents[row], labels[row]);
    }
  }

  return {
    length: () => length,
    intern(parent, label) {
      let at = slotOf(parent, label);
      const known = slots[at];
      if (known !== 0) return known - 1;
      if (length === parents.length) {
        grow();
        at = slotOf(parent, label);
      }
      const row = length++;
      place(at, row, parent, label);
      parents[row] = parent;
      labels[row] = label;
      return row;
    },
    find: (parent, label) => slots[slotOf(parent, label)] - 1,
    view: () => ({ parent: parents.subarray(0, length), label: labels.subarray(0, length) }),
    finish: () => ({ parent: parents.slice(0, length), label: labels.slice(0, length) }),
  };
}

function enlarged(cells: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(cells);
  return larger;
}

/**
 * Two odd factors that differ from process to process: trees come from outside, and nobody shall be
 * able to send edges that all fall into one slot. Rows do not depend on them.
 */
const PARENT_FACTOR = randomOdd();
const LABEL_FACTOR = randomOdd();

function randomOdd(): number {
  return (Math.random() * 0x1_0000_0000) | 1;
}

/** Behind the two products come MurmurHash3's finishing steps: neighbours part well. */
function hashEdge(parent: number, label: number): number {
  let h = Math.imul(parent, PARENT_FACTOR) ^ Math.imul(label, LABEL_FACTOR);
  h ^= h >>> 15;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 13);
}
