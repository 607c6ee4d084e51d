import { createEdgeInterner } from './edge-interner.ts';
import { type FrameIndex, type FrameTable, type Framing, rankFrames } from './frame-table.ts';
import { type Int64Column, isWide, sumInt64 } from './int64-column.ts';
import { reusableInt32 } from './reusable-cells.ts';
import { NO_STACK, type StackTable } from './stack-table.ts';
import { addUpTree, type TreeValues } from './stack-values.ts';
import type { LocationTable } from './symbols.ts';

/** Row of a {@link TreeShape}. */
export type NodeIndex = number;

/** The parent of a root. */
export const NO_NODE: NodeIndex = -1;

/**
 * The nodes of a call tree: who called whom, told apart by frame. Both columns have `length`
 * cells. Rows stand in pre-order and siblings in the order of `rankFrames`, so a node's subtree is
 * the run of rows behind it, and a parent's row is smaller than its children's:
 *
 *     row      0      1       2      3     4
 *     node     main   serve   gzip   json  idle
 *     parent   -1     0       1      1     -1
 */
export type TreeShape = {
  readonly length: number;
  readonly parent: Int32Array;
  readonly frame: Int32Array;
};

/** What a flame graph draws. All columns have `length` cells. */
export type CallTree = TreeShape & TreeValues & { readonly frames: FrameTable };

/**
 * Folds stacks into a call tree. `self` has a cell for each stack; a stack whose value is not
 * positive adds nothing, as in Pyroscope. The lines of a location become nodes one below the
 * other, outermost first; a location without lines has no name and becomes no node, and a stack
 * of such locations alone is not in the tree (its value is in `unnamed`).
 */
export function foldStacks(
  stacks: StackTable,
  locations: LocationTable,
  self: Int64Column,
  framing: Framing,
): { readonly tree: CallTree; readonly unnamed: bigint } {
  const wanted = stacksWithValue(stacks, self);
  const edges = createEdgeInterner();
  const nodeOfStack = new Int32Array(stacks.length).fill(NO_NODE);
  for (let stack = 0; stack < stacks.length; stack++) {
    if (wanted[stack] === 0) continue;
    const caller = stacks.parent[stack];
    let node = caller === NO_STACK ? NO_NODE : nodeOfStack[caller];
    const location = stacks.location[stack];
    const firstLine = locations.lineStart[location];
    for (let line = locations.lineStart[location + 1] - 1; line >= firstLine; line--) {
      node = edges.intern(node, framing.frameOfFunction[locations.lineFunction[line]]);
    }
    nodeOfStack[stack] = node;
  }
  const { nodeSelf, unnamed } = moveToNodes(self, nodeOfStack, edges.length());
  const { parent, label } = edges.finish();
  return { tree: orderCallTree(parent, label, nodeSelf, framing.frames), unnamed };
}

/** 1 for every stack that has a positive value or leads to one that has. */
function stacksWithValue(stacks: StackTable, self: Int64Column): Uint8Array {
  const wanted = new Uint8Array(stacks.length);
  for (let stack = stacks.length - 1; stack >= 0; stack--) {
    if (self[stack] > 0) wanted[stack] = 1;
    const caller = stacks.parent[stack];
    if (wanted[stack] === 1 && caller !== NO_STACK) wanted[caller] = 1;
  }
  return wanted;
}

function moveToNodes(self: Int64Column, nodeOfStack: Int32Array, nodeCount: number) {
  let unnamed = 0n;
  if (isWide(self)) {
    const nodeSelf = new BigInt64Array(nodeCount);
    for (let stack = 0; stack < self.length; stack++) {
      if (self[stack] <= 0n) continue;
      const node = nodeOfStack[stack];
      if (node === NO_NODE) unnamed += self[stack];
      else nodeSelf[node] += self[stack];
    }
    return { nodeSelf, unnamed };
  }
  const nodeSelf = new Float64Array(nodeCount);
  for (let stack = 0; stack < self.length; stack++) {
    if (self[stack] <= 0) continue;
    const node = nodeOfStack[stack];
    if (node === NO_NODE) unnamed += BigInt(self[stack]);
    else nodeSelf[node] += self[stack];
  }
  return { nodeSelf, unnamed };
}

/**
 * Brings nodes in any order that has parents before children into the order of a call tree, and
 * adds up their totals. `frameRank` is what `rankFrames` says, where that is known.
 */
export function orderCallTree(
  parent: Int32Array,
  frame: Int32Array,
  self: Int64Column,
  frames: FrameTable,
  frameRank: Int32Array = rankFrames(frames),
): CallTree {
  const order = preOrder(parent, frame, frameRank);
  const shape = permuteShape(parent, frame, order);
  const values = addUpTree(shape.parent, permuteCells(self, order));
  // Written out: the objects of a spread differ in kind, and code that reads them is compiled anew.
  return {
    length: shape.length,
    parent: shape.parent,
    frame: shape.frame,
    self: values.self,
    total: values.total,
    frames,
  };
}

/** The old row of each new row: pre-order, siblings by the rank of their frames. */
export function preOrder(parent: Int32Array, frame: Int32Array, frameRank: Int32Array): Int32Array {
  const { first, next, roots } = childLists(parent, frame, frameRank);
  const order = new Int32Array(parent.length);
  const waiting: NodeIndex[] = [];
  let length = 0;
  let node = roots;
  while (node !== NO_NODE || waiting.length > 0) {
    if (node === NO_NODE) {
      node = waiting.pop() ?? NO_NODE;
      continue;
    }
    order[length++] = node;
    if (next[node] !== NO_NODE) waiting.push(next[node]);
    node = first[node];
  }
  return order;
}

const cellsOfFirst = reusableInt32();
const cellsOfNext = reusableInt32();
const cellsOfPlace = reusableInt32();
const cellsOfSorted = reusableInt32();
const cellsOfRows = reusableInt32();

/** First child and next sibling of every node, siblings by the rank of their frames. */
function childLists(parent: Int32Array, frame: Int32Array, frameRank: Int32Array) {
  const first = cellsOfFirst(parent.length).fill(NO_NODE);
  const next = cellsOfNext(parent.length);
  let roots = NO_NODE;
  // From the last rank to the first, since each node is put before the siblings it has so far.
  const byRank = nodesByRank(frame, frameRank);
  for (let i = byRank.length - 1; i >= 0; i--) {
    const node = byRank[i];
    const caller = parent[node];
    next[node] = caller === NO_NODE ? roots : first[caller];
    if (caller === NO_NODE) roots = node;
    else first[caller] = node;
  }
  return { first, next, roots };
}

/** All nodes, sorted by the rank of their frame: a counting sort, as ranks are small and dense. */
function nodesByRank(frame: Int32Array, frameRank: Int32Array): Int32Array {
  const place = cellsOfPlace(frameRank.length + 1).fill(0);
  for (let node = 0; node < frame.length; node++) place[frameRank[frame[node]] + 1]++;
  for (let rank = 0; rank < frameRank.length; rank++) place[rank + 1] += place[rank];
  const sorted = cellsOfSorted(frame.length);
  for (let node = 0; node < frame.length; node++) sorted[place[frameRank[frame[node]]]++] = node;
  return sorted;
}

export function permuteShape(parent: Int32Array, frame: Int32Array, order: Int32Array): TreeShape {
  const length = order.length;
  const newRow = cellsOfRows(length);
  for (let row = 0; row < length; row++) newRow[order[row]] = row;
  const newParent = new Int32Array(length);
  const newFrame = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const caller = parent[order[row]];
    newParent[row] = caller === NO_NODE ? NO_NODE : newRow[caller];
    newFrame[row] = frame[order[row]];
  }
  return { length, parent: newParent, frame: newFrame };
}

export function permuteCells(cells: Int64Column, order: Int32Array): Int64Column {
  if (isWide(cells)) return BigInt64Array.from(order, (row) => cells[row]);
  // `from` with a function takes twenty times as long.
  const permuted = new Float64Array(order.length);
  for (let row = 0; row < order.length; row++) permuted[row] = cells[order[row]];
  return permuted;
}

/** The row behind a node's subtree, for every node: its next sibling or its uncle, if any. */
export function subtreeEnds(shape: TreeShape): Int32Array {
  const end = new Int32Array(shape.length);
  for (let node = shape.length - 1; node >= 0; node--) {
    if (end[node] === 0) end[node] = node + 1;
    const caller = shape.parent[node];
    if (caller !== NO_NODE && end[caller] < end[node]) end[caller] = end[node];
  }
  return end;
}

/** What the roots cost in all: the width of the flame graph. */
export function treeTotal(tree: CallTree): bigint {
  return sumInt64(tree.self);
}

/** The frames from the root down to a node. */
export function framesToNode(shape: TreeShape, node: NodeIndex): FrameIndex[] {
  const frames: FrameIndex[] = [];
  for (let row = node; row !== NO_NODE; row = shape.parent[row]) frames.push(shape.frame[row]);
  return frames.reverse();
}
