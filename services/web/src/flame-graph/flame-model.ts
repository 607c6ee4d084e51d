import {
  type CallTree,
  type FlameBoxes,
  type FlameRows,
  flameRows,
  layOutFlameGraph,
  NO_NODE,
  type NodeIndex,
  nodeAt,
  subtreeEnds,
} from '@emberscope/profile';
import type { FunctionRef } from '../page-state.ts';

/**
 * A call tree with all that drawing, pointing and walking need, made once for each answer. Its
 * picture has one row more than the tree has levels: row 0 is everything, and is no node; the
 * nodes of depth `d` stand in row `d + 1`.
 */
export type FlameModel = {
  readonly tree: CallTree;
  readonly boxes: FlameBoxes;
  readonly rows: FlameRows;
  /** The row behind each node's subtree; length n. */
  readonly ends: Int32Array;
};

export function createFlameModel(tree: CallTree): FlameModel {
  const boxes = layOutFlameGraph(tree);
  return { tree, boxes, rows: flameRows(boxes), ends: subtreeEnds(tree) };
}

/** A part of the picture from left to right, in fractions of the whole. */
export type View = { readonly left: number; readonly width: number };

export const WHOLE_VIEW: View = { left: 0, width: 1 };

/** The view that a node fills; everything for `NO_NODE` and for a node without a width. */
export function viewOfNode({ boxes }: FlameModel, node: NodeIndex): View {
  const width = node === NO_NODE ? 0 : (boxes.width[node] ?? 0);
  return width > 0 ? { left: boxes.left[node] ?? 0, width } : WHOLE_VIEW;
}

/** What a node costs, or all nodes together for `NO_NODE`. */
export function totalOfNode({ tree }: FlameModel, node: NodeIndex): number {
  if (node !== NO_NODE) return Number(tree.total[node] ?? 0);
  let sum = 0;
  for (let root = 0; root < tree.length; root++) {
    if (tree.parent[root] === NO_NODE) sum += Number(tree.total[root]);
  }
  return sum;
}

/** Whether `node` is `top` or below it; every node is below `NO_NODE`. */
export function isWithin({ ends }: FlameModel, top: NodeIndex, node: NodeIndex): boolean {
  return top === NO_NODE || (node >= top && node < (ends[top] ?? 0));
}

/** How many rows the picture has while a node fills it: those above it, and its subtree's. */
export function rowCountOfView({ boxes, ends }: FlameModel, node: NodeIndex): number {
  if (node === NO_NODE) return boxes.depthCount + 1;
  let deepest = boxes.depth[node] ?? 0;
  for (let below = node; below < (ends[node] ?? 0); below++) {
    deepest = Math.max(deepest, boxes.depth[below] ?? 0);
  }
  return deepest + 2;
}

/** The node at a row of the picture and a fraction of a view: what is under the pointer. */
export function nodeUnder(model: FlameModel, view: View, row: number, fraction: number): NodeIndex {
  const isInside = row >= 1 && fraction >= 0 && fraction < 1;
  if (!isInside) return NO_NODE;
  return nodeAt(model.boxes, model.rows, row - 1, view.left + fraction * view.width);
}

export function functionOfNode({ tree }: FlameModel, node: NodeIndex): FunctionRef {
  const frame = tree.frame[node] ?? 0;
  const { name, file, line } = tree.frames;
  return { name: name[frame] ?? '', file: file[frame] ?? '', line: line[frame] ?? 0 };
}

/** From the root down to a node; empty for `NO_NODE`. */
export function pathOfNode(model: FlameModel, node: NodeIndex): readonly FunctionRef[] {
  const path: FunctionRef[] = [];
  for (let row = node; row !== NO_NODE; row = model.tree.parent[row] ?? NO_NODE) {
    path.push(functionOfNode(model, row));
  }
  return path.reverse();
}

/** The node at the end of a path, or `NO_NODE` when the path is empty or leads nowhere. */
export function nodeOfPath(model: FlameModel, path: readonly FunctionRef[]): NodeIndex {
  let node = NO_NODE;
  for (const step of path) {
    const child = childrenOf(model, node).find((each) => isFunction(model, each, step));
    if (child === undefined) return NO_NODE;
    node = child;
  }
  return node;
}

/** The longest beginning of a path that is there: where a zoom lands when code has gone. */
export function nearestNodeOfPath(model: FlameModel, path: readonly FunctionRef[]): NodeIndex {
  for (let length = path.length; length > 0; length--) {
    const node = nodeOfPath(model, path.slice(0, length));
    if (node !== NO_NODE) return node;
  }
  return NO_NODE;
}

/** The children of a node from left to right; the roots for `NO_NODE`. */
export function childrenOf({ tree, ends }: FlameModel, node: NodeIndex): readonly NodeIndex[] {
  const children: NodeIndex[] = [];
  const end = node === NO_NODE ? tree.length : (ends[node] ?? 0);
  for (let child = node + 1; child < end; child = ends[child] ?? end) children.push(child);
  return children;
}

function isFunction(model: FlameModel, node: NodeIndex, wanted: FunctionRef): boolean {
  const { name, file, line } = functionOfNode(model, node);
  return name === wanted.name && line === wanted.line && file === wanted.file;
}
