import { type CallTree, type FrameIndex, NO_NODE } from '@emberscope/profile';
import type { Sort } from '../page-state.ts';

/** What each function of a tree costs, as columns of `length` cells. */
export type FunctionCosts = {
  readonly length: number;
  readonly frame: Int32Array;
  readonly self: Float64Array;
  /** A function that calls itself counts once. */
  readonly total: Float64Array;
};

/** Adds up the nodes of a subtree by function; `root` is `NO_NODE` for the whole tree. */
export function costsByFunction(tree: CallTree, ends: Int32Array, root: number): FunctionCosts {
  const first = root === NO_NODE ? 0 : root;
  const end = root === NO_NODE ? tree.length : (ends[root] ?? 0);
  const self = new Float64Array(tree.frames.length);
  const total = new Float64Array(tree.frames.length);
  const isSeen = new Uint8Array(tree.frames.length);
  // Nodes stand in pre-order, so a function is on the current stack until the end of the outermost
  // of its open nodes is reached.
  const openUntil = new Int32Array(tree.frames.length);
  for (let node = first; node < end; node++) {
    const frame = tree.frame[node]!;
    isSeen[frame] = 1;
    self[frame]! += Number(tree.self[node]);
    if (node < openUntil[frame]!) continue;
    total[frame]! += Number(tree.total[node]);
    openUntil[frame] = ends[node]!;
  }
  const frame = Int32Array.from(isSeen.keys()).filter((each) => isSeen[each] === 1);
  return {
    length: frame.length,
    frame,
    self: Float64Array.from(frame, (each) => self[each]!),
    total: Float64Array.from(frame, (each) => total[each]!),
  };
}

/**
 * The rows of a table: frames in the order asked for, ties by the order of the frame table. Only
 * frames that `isMatch` has a 1 for, when it is given.
 */
export function sortFunctions(
  tree: CallTree,
  costs: FunctionCosts,
  sort: Sort,
  isMatch: Uint8Array | undefined,
): readonly FunctionRow[] {
  const rows: FunctionRow[] = [];
  for (let row = 0; row < costs.length; row++) {
    const frame = costs.frame[row]!;
    if (isMatch !== undefined && isMatch[frame] !== 1) continue;
    rows.push({ frame, self: costs.self[row]!, total: costs.total[row]! });
  }
  const { name } = tree.frames;
  if (sort === 'name') return rows.sort((a, b) => compareText(name[a.frame]!, name[b.frame]!));
  return rows.sort((a, b) => b[sort] - a[sort]);
}

export type FunctionRow = {
  readonly frame: FrameIndex;
  readonly self: number;
  readonly total: number;
};

/** One order in every browser: names are code, not words of a language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
