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
   * Finds `count` edges at once, {@link EDGE_BLOCK} at most: the row of each, else -1. Each step is
   * a short loop of reads that do not wait for one another, so that the processor fetches a dozen
   * places of memory at once; one edge after the other it would wait for each.
   */
  findBlock(parents: Int32Array, labels: Int32Array, count: number, found: Int32Array): void;
  /** The rows that there is room for before the columns double. */
  readonly capacity: () => number;
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

/** What an empty slot holds, less one. */
const NO_EDGE = -1;

/** As many as keep the processor busy with reads; what they take stays in its nearest cache. */
export const EDGE_BLOCK = 128;

/** Of a block, those that are not behind their parents: one for all interners of a thread. */
const openEdges = new Int32Array(EDGE_BLOCK);
const firstSlots = new Int32Array(EDGE_BLOCK);
const firstRows = new Int32Array(EDGE_BLOCK);
const firstParents = new Int32Array(EDGE_BLOCK);

/**
 * `expectedRows` saves doubling its tables up to there.
 *
 * They are small before all: a table that does not stay in the processor's cache costs 100 ns and more
 * for each look-up. So a slot holds a row and nothing else; and a path comes with its rows one after
 * another, so that the row behind a row is mostly the edge that is asked for next.
 */
export function createEdgeInterner(expectedRows = INITIAL_ROWS): EdgeInterner {
  const rows = Math.min(EXPECTED_MAX_ROWS, Math.max(INITIAL_ROWS, expectedRows));
  const initialRows = 2 ** Math.ceil(Math.log2(rows));
  /** Row + 1, or 0 where it is empty. */
  let slots = new Int32Array(2 * initialRows);
  let mask = 2 * initialRows - 1;
  let parents = new Int32Array(initialRows);
  let labels = new Int32Array(initialRows);
  let length = 0;

  /** The slot that holds the edge, or the empty one where it belongs. */
  function slotOf(parent: number, label: number): number {
    let slot = hashEdge(parent, label) & mask;
    for (;;) {
      const row = slots[slot] - 1;
      if (row === NO_EDGE || (parents[row] === parent && labels[row] === label)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  function isBehindItsParent(parent: number, label: number): boolean {
    const row = parent + 1;
    return row < length && parents[row] === parent && labels[row] === label;
  }

  /** Doubles the tables; half of the slots stay empty, so a search ends after a step or two. */
  function grow(): void {
    const capacity = parents.length * 2;
    parents = enlarged(parents, capacity);
    labels = enlarged(labels, capacity);
    slots = new Int32Array(capacity * 2);
    mask = capacity * 2 - 1;
    for (let row = 0; row < length; row++) {
      // All are different: no row has to be looked at, which would lie anywhere in memory.
      let slot = hashEdge(parents[row], labels[row]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
  }

  return {
    length: () => length,
    intern(parent, label) {
      if (isBehindItsParent(parent, label)) return parent + 1;
      let slot = slotOf(parent, label);
      const known = slots[slot];
      if (known !== 0) return known - 1;
      if (length === parents.length) {
        grow();
        slot = slotOf(parent, label);
      }
      slots[slot] = length + 1;
      parents[length] = parent;
      labels[length] = label;
      return length++;
    },
    find: (parent, label) =>
      isBehindItsParent(parent, label) ? parent + 1 : slots[slotOf(parent, label)] - 1,
    findBlock(ofParents, ofLabels, count, found) {
      if (count > EDGE_BLOCK) throw new Error(`${count} edges are more than ${EDGE_BLOCK}`);
      // What lies in closures is fetched anew by each step of a loop: columns are handed over.
      const rows = { slots, parents, labels, length };
      findEdges(rows, ofParents, ofLabels, count, found);
    },
    capacity: () => parents.length,
    view: () => ({ parent: parents.subarray(0, length), label: labels.subarray(0, length) }),
    finish: () => ({ parent: parents.slice(0, length), label: labels.slice(0, length) }),
  };
}

type EdgeColumns = {
  readonly slots: Int32Array;
  readonly parents: Int32Array;
  readonly labels: Int32Array;
  readonly length: number;
};

function findEdges(
  { slots, parents, labels, length }: EdgeColumns,
  ofParents: Int32Array,
  ofLabels: Int32Array,
  count: number,
  found: Int32Array,
): void {
  const mask = slots.length - 1;
  let open = 0;
  for (let i = 0; i < count; i++) {
    const parent = ofParents[i];
    const row = parent + 1;
    const isBehind = row < length && parents[row] === parent && labels[row] === ofLabels[i];
    found[i] = isBehind ? row : NO_EDGE;
    if (!isBehind) openEdges[open++] = i;
  }
  for (let i = 0; i < open; i++) {
    const edge = openEdges[i];
    firstSlots[i] = hashEdge(ofParents[edge], ofLabels[edge]) & mask;
  }
  for (let i = 0; i < open; i++) firstRows[i] = slots[firstSlots[i]] - 1;
  for (let i = 0; i < open; i++) firstParents[i] = parents[firstRows[i]];
  for (let i = 0; i < open; i++) {
    let row = firstRows[i];
    if (row === NO_EDGE) continue;
    const edge = openEdges[i];
    const parent = ofParents[edge];
    const label = ofLabels[edge];
    if (firstParents[i] !== parent || labels[row] !== label) {
      let slot = firstSlots[i];
      do {
        slot = (slot + 1) & mask;
        row = slots[slot] - 1;
      } while (row !== NO_EDGE && (parents[row] !== parent || labels[row] !== label));
    }
    found[edge] = row;
  }
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
