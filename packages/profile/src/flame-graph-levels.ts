import { type CallTree, NO_NODE, type NodeIndex } from './call-tree.ts';
import { childLists } from './child-lists.ts';
import type { FrameTable } from './frame-table.ts';
import {
  type Cells,
  type Int64Arithmetic,
  type Int64Column,
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

/**
 * Boxes as columns, in the order in which they were found: an object for each would cost more than
 * all the rest of an encoding.
 */
type Boxes<N> = {
  /** {@link NO_NODE} for the root and for what was folded. */
  readonly node: Int32Array;
  readonly level: Int32Array;
  /** Row of the names; known when a box has its turn. */
  readonly name: Int32Array;
  /** The next box of the level to the right; known when a box has its turn. */
  readonly toRight: Int32Array;
  readonly x: Cells<N>;
  readonly self: Cells<N>;
  readonly total: Cells<N>;
};

const NO_BOX = -1;

function encode<N extends number | bigint>(
  tree: CallTree,
  self: Cells<N>,
  total: Cells<N>,
  threshold: number | bigint,
  arithmetic: Int64Arithmetic<N>,
): FlameGraphLevels {
  const { zero, add } = arithmetic;
  const { firstChild, nextSibling, firstRoot } = childLists(tree);
  const isOther = Uint8Array.from(tree.frames.name, (name) => (name === OTHER ? 1 : 0));
  const nameOf = createFrameNames(tree.frames);
  const boxes = createBoxes(tree.length, arithmetic);
  /** The left-most box of every level so far: the right-most box has its turn first. */
  const leftmost: number[] = [];
  const sizes: number[] = [];
  const waiting = new Int32Array(boxes.node.length);
  let waitingCount = 0;
  let boxCount = 0;
  let maxSelf = zero;

  function addBox(node: NodeIndex, level: number, x: N, ownCost: N, cost: N): void {
    const box = boxCount++;
    boxes.node[box] = node;
    boxes.level[box] = level;
    boxes.x[box] = x;
    boxes.self[box] = ownCost;
    boxes.total[box] = cost;
    waiting[waitingCount++] = box;
  }

  let rootTotal = zero;
  for (let root = firstRoot; root !== NO_NODE; root = nextSibling[root]) {
    rootTotal = add(rootTotal, total[root]);
  }
  addBox(NO_NODE, 0, zero, zero, rootTotal);

  while (waitingCount > 0) {
    const box = waiting[--waitingCount];
    const node = boxes.node[box];
    const level = boxes.level[box];
    const isRoot = level === 0;
    if (boxes.self[box] > maxSelf) maxSelf = boxes.self[box];
    boxes.name[box] = isRoot
      ? nameOf.root()
      : node === NO_NODE
        ? nameOf.other()
        : nameOf.frame(tree.frame[node]);
    boxes.toRight[box] = level === leftmost.length ? NO_BOX : leftmost[level];
    leftmost[level] = box;
    sizes[level] = level === sizes.length ? 1 : sizes[level] + 1;
    if (!isRoot && node === NO_NODE) continue;

    // A box's own cost lies at its left end, its children behind it.
    let x = add(boxes.x[box], boxes.self[box]);
    let other = zero;
    let child = isRoot ? firstRoot : firstChild[node];
    for (; child !== NO_NODE; child = nextSibling[child]) {
      if (total[child] >= threshold && isOther[tree.frame[child]] === 0) {
        addBox(child, level + 1, x, self[child], total[child]);
        x = add(x, total[child]);
      } else {
        other = add(other, total[child]);
      }
    }
    if (other !== zero) addBox(NO_NODE, level + 1, x, other, other);
  }

  return {
    names: nameOf.names,
    levels: leftmost.map((box, level) => encodeLevel(boxes, box, sizes[level], arithmetic)),
    total: BigInt.asIntN(64, BigInt(rootTotal)),
    maxSelf: BigInt(maxSelf),
  };
}

/** Numbers of names by frame: each name is looked up once for each of its frames. */
function createFrameNames(frames: FrameTable) {
  const numbering = createNameNumbering();
  const numberOfFrame = new Int32Array(frames.length).fill(-1);
  return {
    names: numbering.names,
    root: () => numbering.numberOf(''),
    other: () => numbering.numberOf(OTHER),
    frame(frame: number): number {
      let number = numberOfFrame[frame];
      if (number === -1) numberOfFrame[frame] = number = numbering.numberOf(frames.name[frame]);
      return number;
    },
  };
}

/** Room for the root, each node, and one folded box below each of them. */
function createBoxes<N>(nodeCount: number, { column }: Int64Arithmetic<N>): Boxes<N> {
  const length = 2 * nodeCount + 2;
  const int32 = () => new Int32Array(length);
  return {
    ...{ node: int32(), level: int32(), name: int32(), toRight: int32() },
    ...{ x: column(length), self: column(length), total: column(length) },
  };
}

/** One level, boxes from left to right: each `x` becomes the gap to the box before. */
function encodeLevel<N extends number | bigint>(
  { name, toRight, x, self, total }: Boxes<N>,
  leftmost: number,
  boxCount: number,
  { zero, add, subtract, of, written }: Int64Arithmetic<N>,
): Int64Column {
  const { cells, column } = written(boxCount * LEVEL_CELLS);
  let end = zero;
  let at = 0;
  for (let box = leftmost; box !== NO_BOX; box = toRight[box]) {
    cells[at++] = subtract(x[box], end);
    cells[at++] = total[box];
    cells[at++] = self[box];
    cells[at++] = of(name[box]);
    end = add(x[box], total[box]);
  }
  return column;
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
