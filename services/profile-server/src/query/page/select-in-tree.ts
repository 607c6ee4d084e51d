import { addUpTree, type CallTree, int64At, isWide, NO_NODE } from '@emberscope/profile';
import type { FunctionSelector } from '../../store/selection.ts';

/**
 * The tree of only those stacks that begin with the functions of `rootPath`, root first, and hold
 * `holding` anywhere. Stacks stand in it from their roots on; of a node that leads to such stacks
 * and is none itself, the own cost is gone.
 */
export function selectInTree(
  tree: CallTree,
  rootPath: readonly FunctionSelector[],
  holding: FunctionSelector | undefined,
): CallTree {
  if (rootPath.length === 0 && holding === undefined) return tree;
  const isSelected = new Uint8Array(tree.length).fill(1);
  if (rootPath.length > 0) clearOutside(tree, rootPath, isSelected);
  if (holding !== undefined) clearWithout(tree, holding, isSelected);
  const self = isWide(tree.self)
    ? tree.self.map((value, node) => (isSelected[node] === 1 ? value : 0n))
    : tree.self.map((value, node) => (isSelected[node] === 1 ? value : 0));
  const { total } = addUpTree(tree.parent, self);
  return keepNodes({ ...tree, self, total }, (node) => int64At(total, node) > 0n);
}

/** Unselects what does not stand below the path; a node at its end counts as below. */
function clearOutside(
  tree: CallTree,
  rootPath: readonly FunctionSelector[],
  isSelected: Uint8Array,
): void {
  const frames = rootPath.map((wanted) => frameOf(tree, wanted));
  /** How many functions of the path a node's stack begins with; -1 once it went another way. */
  const matched = new Int32Array(tree.length);
  for (let node = 0; node < tree.length; node++) {
    const caller = tree.parent[node] ?? NO_NODE;
    const depth = caller === NO_NODE ? 0 : (matched[caller] ?? -1);
    if (depth === frames.length) matched[node] = depth;
    else if (depth === -1) matched[node] = -1;
    else matched[node] = tree.frame[node] === frames[depth] ? depth + 1 : -1;
    if (matched[node] !== frames.length) isSelected[node] = 0;
  }
}

function clearWithout(tree: CallTree, holding: FunctionSelector, isSelected: Uint8Array): void {
  const frame = frameOf(tree, holding);
  const holds = new Uint8Array(tree.length);
  for (let node = 0; node < tree.length; node++) {
    const caller = tree.parent[node] ?? NO_NODE;
    const callerHolds = caller !== NO_NODE && holds[caller] === 1;
    if (callerHolds || tree.frame[node] === frame) holds[node] = 1;
    else isSelected[node] = 0;
  }
}

const NO_FRAME = -1;

/** The row of a function, or one that no node has. */
function frameOf({ frames }: CallTree, { name, file, line }: FunctionSelector): number {
  for (let row = 0; row < frames.length; row++) {
    const isWanted =
      frames.name[row] === name && frames.file[row] === file && frames.line[row] === line;
    if (isWanted) return row;
  }
  return NO_FRAME;
}

/** The tree with the nodes that pass, values as they are. Callers of nodes that pass must pass. */
export function keepNodes(tree: CallTree, isKept: (node: number) => boolean): CallTree {
  const newRow = new Int32Array(tree.length).fill(NO_NODE);
  const kept = new Int32Array(tree.length);
  let length = 0;
  for (let node = 0; node < tree.length; node++) {
    if (!isKept(node)) continue;
    newRow[node] = length;
    kept[length++] = node;
  }
  const rows = kept.subarray(0, length);
  return {
    length,
    parent: rows.map((node) => newRow[tree.parent[node] ?? NO_NODE] ?? NO_NODE),
    frame: rows.map((node) => tree.frame[node] ?? 0),
    self: pickCells(tree.self, rows),
    total: pickCells(tree.total, rows),
    frames: tree.frames,
  };
}

function pickCells(cells: CallTree['self'], rows: Int32Array): CallTree['self'] {
  if (isWide(cells)) return BigInt64Array.from(rows, (row) => cells[row] ?? 0n);
  return Float64Array.from(rows, (row) => cells[row] ?? 0);
}
