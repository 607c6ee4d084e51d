import { type CallTree, NO_NODE, type NodeIndex } from './call-tree.ts';
import { childLists } from './child-lists.ts';
import {
  type Cells,
  createInt64ColumnBuilder,
  type Int64Arithmetic,
  type Int64Column,
  type Int64ColumnBuilder,
  int64At,
  isWide,
  narrowArithmetic,
  wideArithmetic,
  widen,
} from './int64-column.ts';
import { createNameNumbering } from './name-numbering.ts';
import { OTHER, truncationThreshold } from './truncate.ts';

/** Cells that one box takes in a level. */
export const LEVEL_CELLS = 4;

/**
 * A flame graph as Pyroscope's APIs send it. Every level is a flat run of boxes from left to
 * right, four cells a box: `[x, total, self, name]`. `x` is the distance to the end of the box
 * before it, so it is 0 more often than not; `name` is a row of `names`.
 */
export type FlameGraphLevels = {
  /** The first name is `total`, the name of the root. */
  readonly names: readonly string[];
  readonly levels: readonly Int64Column[];
  /** A sum past int64 wraps, as in Pyroscope and as the cells do: an answer has no room for more. */
  readonly total: bigint;
  readonly maxSelf: bigint;
};

/**
 * Encodes a call tree as levels, truncated to about `maxNodes` nodes (0 for all). What is folded
 * away stands at the right end of its siblings as one box named `other`; a node that has that
 * name already is folded with it, whatever its size.
 *
 * Boxes are taken from a stack, so names are numbered from the right-most path to the left-most;
 * Pyroscope's answers have that order, and some clients compare them.
 */
export function encodeFlameGraph(tree: CallTree, maxNodes: number): FlameGraphLevels {
  const threshold = truncationThreshold(tree, maxNodes);
  if (isWide(tree.self) || isWide(tree.total)) {
    return encode(tree, widen(tree.self), widen(tree.total), threshold, wideArithmetic);
  }
  return encode(tree, tree.self, tree.total, threshold, narrowArithmetic);
}

/** A box that waits for its turn: a node, or what was folded below a node. */
type Box<N> = {
  readonly node: NodeIndex;
  readonly name: string;
  readonly x: N;
  readonly self: N;
  readonly total: N;
  readonly level: number;
};

function encode<N extends number | bigint>(
  tree: CallTree,
  self: Cells<N>,
  total: Cells<N>,
  threshold: number | bigint,
  { zero, add, subtract }: Int64Arithmetic<N>,
): FlameGraphLevels {
  const { firstChild, nextSibling, firstRoot } = childLists(tree);
  const numbering = createNameNumbering();
  const levels: { x: N; total: N; self: N; name: number }[][] = [];
  let maxSelf = zero;

  let rootTotal = zero;
  for (let root = firstRoot; root !== NO_NODE; root = nextSibling[root]) {
    rootTotal = add(rootTotal, total[root]);
  }
  const root = { node: NO_NODE, name: '', x: zero, self: zero, total: rootTotal, level: 0 };
  const waiting: Box<N>[] = [root];

  for (let box = waiting.pop(); box !== undefined; box = waiting.pop()) {
    if (box.self > maxSelf) maxSelf = box.self;
    let row = levels[box.level];
    if (row === undefined) {
      row = [];
      levels.push(row);
    }
    row.push({ x: box.x, total: box.total, self: box.self, name: numbering.numberOf(box.name) });
    if (box !== root && box.node === NO_NODE) continue;

    // A box's own cost lies at its left end, its children behind it.
    let x = add(box.x, box.self);
    let other = zero;
    const level = box.level + 1;
    let child = box === root ? firstRoot : firstChild[box.node];
    for (; child !== NO_NODE; child = nextSibling[child]) {
      const name = tree.frames.name[tree.frame[child]];
      if (total[child] >= threshold && name !== OTHER) {
        waiting.push({ node: child, name, x, self: self[child], total: total[child], level });
        x = add(x, total[child]);
      } else {
        other = add(other, total[child]);
      }
    }
    if (other !== zero) {
      waiting.push({ node: NO_NODE, name: OTHER, x, self: other, total: other, level });
    }
  }

  return {
    names: numbering.names,
    levels: levels.map((row) => encodeLevel(row.reverse(), zero, add, subtract)),
    total: BigInt.asIntN(64, BigInt(rootTotal)),
    maxSelf: BigInt(maxSelf),
  };
}

/** One level, boxes from left to right: each `x` becomes the gap to the box before. */
function encodeLevel<N extends number | bigint>(
  row: readonly { readonly x: N; readonly total: N; readonly self: N; readonly name: number }[],
  zero: N,
  add: (a: N, b: N) => N,
  subtract: (a: N, b: N) => N,
): Int64Column {
  const cells: Int64ColumnBuilder = createInt64ColumnBuilder(row.length * LEVEL_CELLS);
  let end = zero;
  for (const box of row) {
    cells.push(subtract(box.x, end));
    cells.push(box.total);
    cells.push(box.self);
    cells.push(box.name);
    end = add(box.x, box.total);
  }
  return cells.finish();
}

/** A box of a level that was read back: where it lies and what it says. */
export type LevelBox = {
  readonly level: number;
  readonly left: bigint;
  readonly total: bigint;
  readonly self: bigint;
  readonly name: string;
};

/** Reads levels back into boxes, left ends absolute, level by level from left to right. */
export function decodeFlameGraph(graph: FlameGraphLevels): LevelBox[] {
  const boxes: LevelBox[] = [];
  for (const [level, cells] of graph.levels.entries()) {
    let end = 0n;
    for (let cell = 0; cell < cells.length; cell += LEVEL_CELLS) {
      const left = end + int64At(cells, cell);
      const total = int64At(cells, cell + 1);
      const self = int64At(cells, cell + 2);
      boxes.push({ level, left, total, self, name: graph.names[Number(cells[cell + 3])] });
      end = left + total;
    }
  }
  return boxes;
}
