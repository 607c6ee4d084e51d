import { type AlignedTrees, alignCallTrees } from './align-call-trees.ts';
import { type CallTree, NO_NODE, type NodeIndex } from './call-tree.ts';
import { childLists } from './child-lists.ts';
import {
  type Cells,
  type Int64Arithmetic,
  type Int64Column,
  isWide,
  narrowArithmetic,
  wideArithmetic,
  widen,
} from './int64-column.ts';
import { createLargestValues } from './min-heap.ts';
import { createNameNumbering } from './name-numbering.ts';
import { OTHER } from './truncate.ts';

/** Cells that one box of a diff takes in a level. */
export const DIFF_LEVEL_CELLS = 7;

/**
 * The difference of two call trees as Pyroscope's APIs send it: one shape, seven cells a box,
 * `[xLeft, totalLeft, selfLeft, xRight, totalRight, selfRight, name]`. Both `x` are distances to
 * the end of the box before, each on its own side.
 */
export type DiffLevels = {
  /** The first name is `total`, the name of the root. */
  readonly names: readonly string[];
  readonly levels: readonly Int64Column[];
  /** Left and right together. Sums past int64 wrap, as in Pyroscope and as the cells do. */
  readonly total: bigint;
  readonly maxSelf: bigint;
  readonly leftTotal: bigint;
  readonly rightTotal: bigint;
};

/**
 * Encodes two trees, told apart by name, as one diff of about `maxNodes` nodes (0 for all). A node
 * stays when either side reaches the threshold; the others are folded, right-most, into one box
 * named `other`. Unlike in a single flame graph, a node that has that name stays by itself.
 */
export function encodeDiff(left: CallTree, right: CallTree, maxNodes: number): DiffLevels {
  const trees = alignCallTrees([left, right]);
  const [a, b] = trees.values;
  if (isWide(a.self) || isWide(a.total) || isWide(b.self) || isWide(b.total)) {
    const wideLeft = { self: widen(a.self), total: widen(a.total) };
    const wideRight = { self: widen(b.self), total: widen(b.total) };
    return encode(trees, wideLeft, wideRight, maxNodes, wideArithmetic);
  }
  const narrowLeft = { self: a.self, total: a.total };
  const narrowRight = { self: b.self, total: b.total };
  return encode(trees, narrowLeft, narrowRight, maxNodes, narrowArithmetic);
}

/** What a side says of the nodes. */
type SideCells<N> = { readonly self: Cells<N>; readonly total: Cells<N> };

/**
 * The boxes of a diff as columns, in the order in which they were found. An object and six doubles
 * for each would cost more than all the rest of an encoding.
 */
type Boxes<N> = {
  /** {@link NO_NODE} for the root and for what was folded. */
  readonly node: Int32Array;
  readonly level: Int32Array;
  /** Row of the names; known when a box has its turn. */
  readonly name: Int32Array;
  /** The next box of the level to the right; known when a box has its turn. */
  readonly toRight: Int32Array;
  readonly left: SideBoxes<N>;
  readonly right: SideBoxes<N>;
};
type SideBoxes<N> = SideCells<N> & { readonly x: Cells<N> };

const ROOT = 0;
const NO_BOX = -1;

function encode<N extends number | bigint>(
  trees: AlignedTrees,
  left: SideCells<N>,
  right: SideCells<N>,
  maxNodes: number,
  arithmetic: Int64Arithmetic<N>,
): DiffLevels {
  const { zero, add } = arithmetic;
  const { firstChild, nextSibling, firstRoot } = childLists(trees);
  const numbering = createNameNumbering();
  const boxes = createBoxes(trees.length, arithmetic);
  /** The left-most box of every level so far: the right-most box has its turn first. */
  const leftmost: number[] = [];
  const sizes: number[] = [];
  let maxSelf = zero;
  let boxCount = 0;
  const waiting: number[] = [];

  function addBox(node: NodeIndex, level: number): number {
    const box = boxCount++;
    boxes.node[box] = node;
    boxes.level[box] = level;
    waiting.push(box);
    return box;
  }

  let leftTotal = zero;
  let rightTotal = zero;
  for (let node = firstRoot; node !== NO_NODE; node = nextSibling[node]) {
    leftTotal = add(leftTotal, left.total[node]);
    rightTotal = add(rightTotal, right.total[node]);
  }
  addBox(NO_NODE, 0);
  place(boxes.left, ROOT, zero, zero, leftTotal);
  place(boxes.right, ROOT, zero, zero, rightTotal);
  const rootSize = leftTotal > rightTotal ? leftTotal : rightTotal;
  const threshold = diffThreshold(left.total, right.total, rootSize, maxNodes) ?? zero;

  for (let box = waiting.pop(); box !== undefined; box = waiting.pop()) {
    if (boxes.left.self[box] > maxSelf) maxSelf = boxes.left.self[box];
    if (boxes.right.self[box] > maxSelf) maxSelf = boxes.right.self[box];
    const boxNode = boxes.node[box];
    const boxLevel = boxes.level[box];
    const isFolded = boxNode === NO_NODE && box !== ROOT;
    const name = boxNode === NO_NODE ? OTHER : trees.frames.name[trees.frame[boxNode]];
    boxes.name[box] = numbering.numberOf(box === ROOT ? '' : name);
    boxes.toRight[box] = leftmost[boxLevel] ?? NO_BOX;
    leftmost[boxLevel] = box;
    sizes[boxLevel] = (sizes[boxLevel] ?? 0) + 1;
    if (isFolded) continue;

    let xLeft = add(boxes.left.x[box], boxes.left.self[box]);
    let xRight = add(boxes.right.x[box], boxes.right.self[box]);
    let otherLeft = zero;
    let otherRight = zero;
    let node = box === ROOT ? firstRoot : firstChild[boxNode];
    for (; node !== NO_NODE; node = nextSibling[node]) {
      const totalLeft = left.total[node];
      const totalRight = right.total[node];
      if (totalLeft >= threshold || totalRight >= threshold) {
        const child = addBox(node, boxLevel + 1);
        place(boxes.left, child, xLeft, left.self[node], totalLeft);
        place(boxes.right, child, xRight, right.self[node], totalRight);
        xLeft = add(xLeft, totalLeft);
        xRight = add(xRight, totalRight);
      } else {
        otherLeft = add(otherLeft, totalLeft);
        otherRight = add(otherRight, totalRight);
      }
    }
    if (otherLeft !== zero || otherRight !== zero) {
      const other = addBox(NO_NODE, boxLevel + 1);
      place(boxes.left, other, xLeft, otherLeft, otherLeft);
      place(boxes.right, other, xRight, otherRight, otherRight);
    }
  }

  return {
    names: numbering.names,
    levels: leftmost.map((box, level) => encodeLevel(boxes, box, sizes[level], arithmetic)),
    total: BigInt.asIntN(64, BigInt(leftTotal) + BigInt(rightTotal)),
    maxSelf: BigInt(maxSelf),
    leftTotal: BigInt.asIntN(64, BigInt(leftTotal)),
    rightTotal: BigInt.asIntN(64, BigInt(rightTotal)),
  };
}

/** Room for the root, each node, and one folded box below each of them. */
function createBoxes<N>(nodeCount: number, { column }: Int64Arithmetic<N>): Boxes<N> {
  const length = 2 * nodeCount + 2;
  const side = () => ({ x: column(length), self: column(length), total: column(length) });
  return {
    node: new Int32Array(length),
    level: new Int32Array(length),
    name: new Int32Array(length),
    toRight: new Int32Array(length),
    left: side(),
    right: side(),
  };
}

function place<N>(side: SideBoxes<N>, box: number, x: N, self: N, total: N): void {
  side.x[box] = x;
  side.self[box] = self;
  side.total[box] = total;
}

/**
 * The smallest of the `maxNodes` largest nodes, the root among them; undefined when all may stay.
 */
function diffThreshold<N extends number | bigint>(
  left: Cells<N>,
  right: Cells<N>,
  rootSize: N,
  maxNodes: number,
): N | undefined {
  const nodeCount = left.length + 1;
  if (maxNodes < 1 || nodeCount <= maxNodes) return undefined;
  const largest = createLargestValues<N>(maxNodes);
  largest.add(rootSize);
  for (let node = 0; node < left.length; node++) {
    const size = left[node] > right[node] ? left[node] : right[node];
    if (!largest.isFull() || size > largest.smallest()) largest.add(size);
  }
  return largest.smallest();
}

/** One level, boxes from left to right: each `x` becomes the gap to the box before, on its side. */
function encodeLevel<N extends number | bigint>(
  { name, toRight, left, right }: Boxes<N>,
  leftmost: number,
  boxCount: number,
  { zero, add, subtract, of, written }: Int64Arithmetic<N>,
): Int64Column {
  const { cells, column } = written(boxCount * DIFF_LEVEL_CELLS);
  let at = 0;
  let endLeft = zero;
  let endRight = zero;
  for (let box = leftmost; box !== NO_BOX; box = toRight[box]) {
    cells[at++] = subtract(left.x[box], endLeft);
    cells[at++] = left.total[box];
    cells[at++] = left.self[box];
    cells[at++] = subtract(right.x[box], endRight);
    cells[at++] = right.total[box];
    cells[at++] = right.self[box];
    cells[at++] = of(name[box]);
    endLeft = add(left.x[box], left.total[box]);
    endRight = add(right.x[box], right.total[box]);
  }
  return column;
}
