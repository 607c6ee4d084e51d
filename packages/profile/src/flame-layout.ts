import { type CallTree, NO_NODE, type NodeIndex } from './call-tree.ts';
import type { Int64Column } from './int64-column.ts';

/**
 * Boxes to draw, one for each node, as columns of `length` cells. `left` and `width` are fractions
 * of the whole graph, so zooming is arithmetic on these numbers and never a new layout. Rows are
 * those of the tree; since they are in pre-order, the boxes of one depth have rising rows from left
 * to right.
 */
export type FlameBoxes = {
  readonly length: number;
  readonly depth: Int32Array;
  readonly left: Float64Array;
  readonly width: Float64Array;
  /** Levels in all: the largest depth and one. */
  readonly depthCount: number;
};

/**
 * Lays a call tree out: the width of a node is its share of the total, children stand side by side
 * behind the node's own cost, in the order of the tree.
 */
export function layOutFlameGraph(tree: CallTree): FlameBoxes {
  const { length, parent } = tree;
  const self = toNumbers(tree.self);
  const total = toNumbers(tree.total);
  const depth = new Int32Array(length);
  const left = new Float64Array(length);
  const width = new Float64Array(length);

  let whole = 0;
  for (let node = 0; node < length; node++) if (parent[node] === NO_NODE) whole += total[node];

  // Where the next child of a node begins; children come behind what the node cost itself.
  const nextLeft = new Float64Array(length);
  let nextRootLeft = 0;
  let depthCount = 0;
  for (let node = 0; node < length; node++) {
    const caller = parent[node];
    const share = whole === 0 ? 0 : total[node] / whole;
    if (caller === NO_NODE) {
      left[node] = nextRootLeft;
      nextRootLeft += share;
    } else {
      depth[node] = depth[caller] + 1;
      left[node] = nextLeft[caller];
      nextLeft[caller] += share;
    }
    nextLeft[node] = left[node] + (whole === 0 ? 0 : self[node] / whole);
    width[node] = share;
    if (depth[node] >= depthCount) depthCount = depth[node] + 1;
  }
  return { length, depth, left, width, depthCount };
}

/**
 * The boxes that are worth drawing in a view: at least `narrowest` wide and inside
 * `[viewLeft, viewLeft + viewWidth)`, all in fractions of the whole graph. Whole subtrees that lie
 * outside or are too narrow are stepped over, so the cost follows what is seen, not what is there.
 */
export function visibleBoxes(
  boxes: FlameBoxes,
  ends: Int32Array,
  view: { readonly left: number; readonly width: number; readonly narrowest: number },
): NodeIndex[] {
  const viewRight = view.left + view.width;
  const visible: NodeIndex[] = [];
  for (let node = 0; node < boxes.length; ) {
    const right = boxes.left[node] + boxes.width[node];
    const isSeen =
      boxes.width[node] >= view.narrowest && right > view.left && boxes.left[node] < viewRight;
    if (isSeen) visible.push(node++);
    else node = ends[node];
  }
  return visible;
}

/** For finding the box under a pointer: the nodes of each depth from left to right. */
export type FlameRows = {
  /** `depthCount + 1` cells: where each depth begins in `nodes`. */
  readonly start: Int32Array;
  readonly nodes: Int32Array;
};

export function flameRows(boxes: FlameBoxes): FlameRows {
  const start = new Int32Array(boxes.depthCount + 1);
  for (let node = 0; node < boxes.length; node++) start[boxes.depth[node] + 1]++;
  for (let depth = 0; depth < boxes.depthCount; depth++) start[depth + 1] += start[depth];
  const place = start.slice();
  const nodes = new Int32Array(boxes.length);
  for (let node = 0; node < boxes.length; node++) nodes[place[boxes.depth[node]]++] = node;
  return { start, nodes };
}

/** The node at a depth and a fraction of the width, or `NO_NODE`: a binary search in its row. */
export function nodeAt(
  boxes: FlameBoxes,
  rows: FlameRows,
  depth: number,
  fraction: number,
): NodeIndex {
  if (depth < 0 || depth >= boxes.depthCount) return NO_NODE;
  let low = rows.start[depth];
  let high = rows.start[depth + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boxes.left[rows.nodes[middle]] <= fraction) low = middle + 1;
    else high = middle;
  }
  if (low === rows.start[depth]) return NO_NODE;
  const node = rows.nodes[low - 1];
  return fraction < boxes.left[node] + boxes.width[node] ? node : NO_NODE;
}

/** Pixels need no more than a double holds, whatever the column is made of. */
function toNumbers(column: Int64Column): Float64Array {
  return column instanceof Float64Array ? column : Float64Array.from(column, Number);
}
