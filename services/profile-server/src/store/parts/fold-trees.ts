import {
  type CallTree,
  createInt64ColumnBuilder,
  type FrameTable,
  type Int64Column,
  NO_NODE,
  orderCallTree,
  reusableFloat64,
  reusableInt32,
  truncateCallTree,
} from '@emberscope/profile';
import type { StackDictionary } from '../dictionary/dictionary.ts';
import { createFrameSpace, type FrameSpace, OTHER_FRAME } from '../dictionary/frame-space.ts';
import { createNameTree } from '../dictionary/name-tree.ts';
import type { FrameKey, MergeMode } from '../selection.ts';
import { mergeByMode, partsToSum } from './merge-modes.ts';
import { createNodeSums, type NodeSums } from './node-sums.ts';
import type { QueryGuard } from './query-guard.ts';
import type { SelectedPart } from './selected-parts.ts';
import { singleTree, type WholeTree } from './single-tree.ts';
import { needsWideSums } from './stack-sums.ts';
import {
  createTreeUnion,
  type LaidTree,
  type NarrowNodes,
  type UnitedTrees,
} from './unite-trees.ts';

/** A call tree, and the value of stacks that have no name. */
export type FoldedTrees = { readonly tree: CallTree; readonly unnamed: bigint };

export type FoldOptions = {
  readonly mode: MergeMode;
  readonly frameKey: FrameKey;
  /** 0: all. */
  readonly keepNodes: number;
};

/**
 * Merges parts by the mode and folds them into one call tree, as `foldStacks` does with one
 * dictionary, and cuts it as `truncateCallTree` does. Each dictionary has a tree of names, which it
 * may have kept; these are laid over one another. The memory for it is used again: large arrays that
 * are new for each query cost more than what is done with them.
 */
export type TreeFold = (
  parts: readonly SelectedPart[],
  options: FoldOptions,
  guard: QueryGuard,
) => FoldedTrees;

/** Frames of dictionaries that are gone stay in a space until it has so many. */
const SPACE_MAX_FRAMES = 100_000;
/** Kept for the sums of the next query. */
const KEPT_CELLS = 512 * 1024;

export function createTreeFold(): TreeFold {
  const spaces = new Map<FrameKey, FrameSpace>();
  const union = createTreeUnion();
  let pool: Float64Array[] = [];

  function spaceOf(frameKey: FrameKey): FrameSpace {
    const known = spaces.get(frameKey);
    if (known !== undefined && known.length() <= SPACE_MAX_FRAMES) return known;
    const space = createFrameSpace();
    spaces.set(frameKey, space);
    return space;
  }

  function nodesOf(
    laid: readonly LaidTree[],
    only: WholeTree | undefined,
    space: FrameSpace,
    keepNodes: number,
    guard: QueryGuard,
  ): NarrowNodes {
    return only === undefined
      ? union.unite(laid, space.length(), keepNodes, guard)
      : singleTree(only, keepNodes, guard);
  }

  /** Also when the query ends in it: large ones do, and what they took would stay until another one. */
  function treeOf(
    laid: readonly LaidTree[],
    only: WholeTree | undefined,
    wide: readonly ReadonlyMap<number, bigint>[] | undefined,
    space: FrameSpace,
    keepNodes: number,
    guard: QueryGuard,
  ): CallTree {
    try {
      if (wide === undefined)
        return narrowTree(nodesOf(laid, only, space, keepNodes, guard), space);
      const united = union.unite(laid, space.length(), 0, guard);
      return truncateCallTree(wideTree(united, wide, space), keepNodes);
    } finally {
      union.release();
    }
  }

  return (parts, { mode, frameKey, keepNodes }, guard) => {
    const isWide = needsWideSums(parts);
    const space = spaceOf(frameKey);
    const unused = pool;
    const used: Float64Array[] = [];
    const laid: LaidTree[] = [];
    /** While there is only one. Of several, columns that nobody reads would wait with the others. */
    let only: WholeTree | undefined;
    const wide: ReadonlyMap<number, bigint>[] = [];
    let unnamed = 0n;

    /** One dictionary after another: behind each of them no more is held than what was added up. */
    function lay(dictionary: StackDictionary, addTo: (sums: NodeSums) => void): void {
      const names = dictionary.nameTree?.(frameKey) ?? createNameTree(frameKey);
      names.update(dictionary.view());
      const sums = createNodeSums(names, isWide, unused.pop() ?? new Float64Array(0));
      addTo(sums);
      const totals = sums.totals();
      const nodes = names.nodes();
      const frameOf = names.framesIn(space);
      const { firstRoot, links } = nodes;
      only = laid.length === 0 ? { totals, nodes, frameOf } : undefined;
      laid.push({ totals, nodes: { firstRoot, links }, frameOf });
      unnamed += sums.unnamed();
      if (sums.wide !== undefined) wide.push(sums.wide);
      used.push(sums.cells());
      dictionary.done?.();
    }

    const addable = partsToSum(parts, mode, guard);
    if (addable !== undefined) {
      for (const [dictionary, ofOne] of byDictionary(addable)) {
        lay(dictionary, (sums) => {
          for (const part of ofOne) {
            sums.addPart(part, guard);
            part.table.done?.();
          }
        });
      }
    } else {
      for (const merged of mergeByMode(parts, mode, guard)) {
        lay(merged.dictionary, (sums) => sums.addSums(merged, guard));
      }
    }
    const tree = treeOf(laid, only, isWide ? wide : undefined, space, keepNodes, guard);
    pool = keptCells([...unused, ...used]);
    return { tree, unnamed };
  };
}

function byDictionary(
  parts: readonly SelectedPart[],
): ReadonlyMap<StackDictionary, readonly SelectedPart[]> {
  const partsOf = new Map<StackDictionary, SelectedPart[]>();
  for (const part of parts) {
    const { dictionary } = part.table;
    const ofOne = partsOf.get(dictionary);
    if (ofOne === undefined) partsOf.set(dictionary, [part]);
    else ofOne.push(part);
  }
  return partsOf;
}

function keptCells(all: readonly Float64Array[]): Float64Array[] {
  let cells = 0;
  return all.filter(({ length }) => {
    cells += length;
    return cells <= KEPT_CELLS;
  });
}

const cellsOfParents = reusableInt32();
const cellsOfFrames = reusableInt32();
const cellsOfSelves = reusableFloat64();
const cellsOfFolded = reusableFloat64();
const cellsOfRows = reusableInt32();
const cellsOfRanks = reusableInt32();
const cellsOfFrameRows = reusableInt32();
const cellsOfLines = reusableInt32();
const cellsOfOrder = reusableInt32();

/** The nodes that stay, and what was below each of them and does not: that becomes `other`. */
function narrowTree(united: NarrowNodes, space: FrameSpace): CallTree {
  const { length, total, threshold, parent, frame, totals, below } = united;
  let kept = 0;
  for (let node = 0; node < length; node++) if ((totals[node] ?? 0) >= threshold) kept++;
  const most = 2 * kept + 1;
  const newParent = cellsOfParents(most);
  const newFrame = cellsOfFrames(most);
  const self = cellsOfSelves(most);
  /** Of each row what is below it and does not stay; that of the roots behind the last one. */
  const folded = cellsOfFolded(kept + 1).fill(0);
  const rowOf = cellsOfRows(length);
  let rows = 0;
  for (let node = 0; node < length; node++) {
    const cost = totals[node] ?? 0;
    if (cost < threshold) continue;
    const caller = parent[node] ?? NO_NODE;
    const row = rows++;
    rowOf[node] = row;
    newParent[row] = caller === NO_NODE ? NO_NODE : (rowOf[caller] ?? NO_NODE);
    newFrame[row] = frame[node] ?? 0;
    self[row] = cost - (below[node] ?? 0);
    folded[row] = (folded[row] ?? 0) + (below[node] ?? 0);
    const place = caller === NO_NODE ? kept : (rowOf[caller] ?? 0);
    folded[place] = (folded[place] ?? 0) - cost;
  }
  folded[kept] = (folded[kept] ?? 0) + total;
  for (let row = 0; row < kept; row++) {
    // Beside a function of that name that stays it is lost, as `truncateCallTree` says.
    const caller = newParent[row] ?? NO_NODE;
    if (newFrame[row] === OTHER_FRAME) folded[caller === NO_NODE ? kept : caller] = 0;
  }
  for (let place = 0; place <= kept; place++) {
    const other = folded[place] ?? 0;
    if (other === 0) continue;
    newParent[rows] = place === kept ? NO_NODE : place;
    newFrame[rows] = OTHER_FRAME;
    self[rows++] = other;
  }
  return ordered(
    newParent.subarray(0, rows),
    newFrame.subarray(0, rows),
    self.subarray(0, rows),
    space,
  );
}

function wideTree(
  { length, parent, frame, sourcesOf }: UnitedTrees,
  wide: readonly ReadonlyMap<number, bigint>[],
  space: FrameSpace,
): CallTree {
  const self = createInt64ColumnBuilder(Math.max(1, length));
  for (let node = 0; node < length; node++) {
    let sum = 0n;
    sourcesOf(node, (tree, source) => {
      sum += wide[tree]?.get(source) ?? 0n;
    });
    self.push(sum);
  }
  return ordered(parent.subarray(0, length), frame.subarray(0, length), self.finish(), space);
}

/** A call tree of nodes in any order that has callers first, with the frames that these have. */
function ordered(
  parent: Int32Array,
  frame: Int32Array,
  self: Int64Column,
  space: FrameSpace,
): CallTree {
  const { sorted, rank } = space.order();
  const rowOfRank = cellsOfRanks(sorted.length).fill(UNUSED);
  for (let node = 0; node < frame.length; node++) rowOfRank[rank[frame[node] ?? 0] ?? 0] = 0;
  // Frames stand in the order that siblings do.
  const names: string[] = [];
  const files: string[] = [];
  const lines = cellsOfLines(Math.min(frame.length, sorted.length));
  for (let place = 0; place < sorted.length; place++) {
    if (rowOfRank[place] === UNUSED) continue;
    const { name, file, line } = space.at(sorted[place] ?? 0);
    const row = names.length;
    rowOfRank[place] = row;
    lines[row] = line;
    names.push(name);
    files.push(file);
  }
  const { length } = names;
  const rows = cellsOfFrameRows(frame.length);
  for (let node = 0; node < frame.length; node++) {
    rows[node] = rowOfRank[rank[frame[node] ?? 0] ?? 0] ?? 0;
  }
  const frames: FrameTable = { length, name: names, file: files, line: lines.slice(0, length) };
  const inOrder = cellsOfOrder(length);
  for (let row = 0; row < length; row++) inOrder[row] = row;
  return orderCallTree(parent, rows, self, frames, inOrder);
}

const UNUSED = -1;
