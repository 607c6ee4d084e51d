import { type CallTree, NO_NODE } from './call-tree.ts';
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
import { reusableInt32 } from './reusable-cells.ts';
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

function encode<N extends number | bigint>(
  tree: CallTree,
  self: Cells<N>,
  total: Cells<N>,
  threshold: number | bigint,
  arithmetic: Int64Arithmetic<N>,
): FlameGraphLevels {
  const { zero, add, subtract, of } = arithmetic;
  const { firstChild, nextSibling, firstRoot } = childLists(tree);
  const { levelOf, folded, sizes } = placeNodes(tree, total, threshold, arithmetic);
  const nameOf = createFrameNames(tree.frames);
  const levels = sizes.map((size) => arithmetic.written(size * LEVEL_CELLS));
  /** Boxes of each level that are not written yet: the right-most is written first. */
  const left = sizes.slice();
  let maxSelf = zero;

  function write(level: number, x: N, cost: N, ownCost: N, name: number): void {
    const at = --left[level] * LEVEL_CELLS;
    const { cells } = levels[level];
    cells[at] = x;
    cells[at + 1] = cost;
    cells[at + 2] = ownCost;
    cells[at + 3] = of(name);
    // Of the box to the right, `x` becomes the gap between the two.
    const right = at + LEVEL_CELLS;
    if (right < cells.length) cells[right] = subtract(cells[right], add(x, cost));
    if (ownCost > maxSelf) maxSelf = ownCost;
  }

  let rootTotal = zero;
  for (let root = firstRoot; root !== NO_NODE; root = nextSibling[root]) {
    rootTotal = add(rootTotal, total[root]);
  }
  write(0, zero, rootTotal, zero, nameOf.root());

  /** Nodes whose boxes wait for their turn, and where these begin; the root is none. */
  const waiting = cellsOfWaiting(tree.length + 1);
  const waitingX = arithmetic.column(tree.length + 1);
  let waitingCount = 0;
  for (let node = NO_NODE; ; ) {
    // A box's own cost lies at its left end, its children behind it.
    let x = node === NO_NODE ? zero : add(waitingX[waitingCount], self[node]);
    let child = node === NO_NODE ? firstRoot : firstChild[node];
    for (; child !== NO_NODE; child = nextSibling[child]) {
      if (levelOf[child] === FOLDED) continue;
      waiting[waitingCount] = child;
      waitingX[waitingCount++] = x;
      x = add(x, total[child]);
    }
    const other = folded[node === NO_NODE ? tree.length : node];
    if (other !== zero) {
      write(node === NO_NODE ? 1 : levelOf[node] + 1, x, other, other, nameOf.other());
    }
    if (waitingCount === 0) break;
    node = waiting[--waitingCount];
    const name = nameOf.frame(tree.frame[node]);
    write(levelOf[node], waitingX[waitingCount], total[node], self[node], name);
  }

  return {
    names: nameOf.names,
    levels: levels.map(({ column }) => column),
    total: BigInt.asIntN(64, BigInt(rootTotal)),
    maxSelf: BigInt(maxSelf),
  };
}

const FOLDED = 0;

const cellsOfWaiting = reusableInt32();
const cellsOfLevels = reusableInt32();

/**
 * The level of each node, {@link FOLDED} where it has no box of its own; what is folded below each,
 * that of the roots behind the last one; and how many boxes each level has.
 */
function placeNodes<N extends number | bigint>(
  tree: CallTree,
  total: Cells<N>,
  threshold: number | bigint,
  { zero, add, column }: Int64Arithmetic<N>,
) {
  const isOther = new Uint8Array(tree.frames.length);
  for (let frame = 0; frame < isOther.length; frame++) {
    if (tree.frames.name[frame] === OTHER) isOther[frame] = 1;
  }
  const levelOf = cellsOfLevels(tree.length).fill(FOLDED);
  const folded = column(tree.length + 1);
  const sizes: number[] = [1];
  for (let node = 0; node < tree.length; node++) {
    const caller = tree.parent[node];
    if (caller !== NO_NODE && levelOf[caller] === FOLDED) continue;
    if (total[node] >= threshold && isOther[tree.frame[node]] === 0) {
      const level = caller === NO_NODE ? 1 : levelOf[caller] + 1;
      levelOf[node] = level;
      sizes[level] = (sizes[level] ?? 0) + 1;
    } else {
      const place = caller === NO_NODE ? tree.length : caller;
      folded[place] = add(folded[place], total[node]);
    }
  }
  for (let place = 0; place <= tree.length; place++) {
    if (folded[place] === zero) continue;
    const level = place === tree.length ? 1 : levelOf[place] + 1;
    sizes[level] = (sizes[level] ?? 0) + 1;
  }
  return { levelOf, folded, sizes };
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
