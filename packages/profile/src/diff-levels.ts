import { type AlignedTrees, alignCallTrees } from './align-call-trees.ts';
import { type CallTree, NO_NODE, type NodeIndex } from './call-tree.ts';
import { childLists } from './child-lists.ts';
import { createInt64ColumnBuilder, type Int64Column, int64At, sumInt64 } from './int64-column.ts';
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

type Side = { readonly x: bigint; readonly self: bigint; readonly total: bigint };
type DiffBox = {
  readonly node: NodeIndex;
  readonly name: string;
  readonly left: Side;
  readonly right: Side;
  readonly level: number;
};

/**
 * Encodes two trees, told apart by name, as one diff of about `maxNodes` nodes (0 for all). A node
 * stays when either side reaches the threshold; the others are folded, right-most, into one box
 * named `other`. Unlike in a single flame graph, a node that has that name stays by itself.
 *
 * Bigints throughout: a diff is made for a reader, once, and is at most a few thousand boxes.
 */
export function encodeDiff(left: CallTree, right: CallTree, maxNodes: number): DiffLevels {
  const trees = alignCallTrees([left, right]);
  const threshold = diffThreshold(trees, maxNodes);
  const { firstChild, nextSibling, firstRoot } = childLists(trees);
  const [leftValues, rightValues] = trees.values;
  const leftTotal = sumInt64(leftValues.self);
  const rightTotal = sumInt64(rightValues.self);
  const numbering = createNameNumbering();
  const levels: DiffBox[][] = [];
  let maxSelf = 0n;

  const root: DiffBox = {
    node: NO_NODE,
    name: '',
    left: { x: 0n, self: 0n, total: leftTotal },
    right: { x: 0n, self: 0n, total: rightTotal },
    level: 0,
  };
  const numbers: number[][] = [];
  const waiting = [root];
  for (let box = waiting.pop(); box !== undefined; box = waiting.pop()) {
    if (box.left.self > maxSelf) maxSelf = box.left.self;
    if (box.right.self > maxSelf) maxSelf = box.right.self;
    if (levels[box.level] === undefined) {
      levels.push([]);
      numbers.push([]);
    }
    levels[box.level].push(box);
    numbers[box.level].push(numbering.numberOf(box.name));
    if (box !== root && box.node === NO_NODE) continue;

    let xLeft = box.left.x + box.left.self;
    let xRight = box.right.x + box.right.self;
    let otherLeft = 0n;
    let otherRight = 0n;
    const level = box.level + 1;
    let child = box === root ? firstRoot : firstChild[box.node];
    for (; child !== NO_NODE; child = nextSibling[child]) {
      const totalLeft = int64At(leftValues.total, child);
      const totalRight = int64At(rightValues.total, child);
      if (totalLeft >= threshold || totalRight >= threshold) {
        waiting.push({
          node: child,
          name: trees.frames.name[trees.frame[child]],
          left: { x: xLeft, self: int64At(leftValues.self, child), total: totalLeft },
          right: { x: xRight, self: int64At(rightValues.self, child), total: totalRight },
          level,
        });
        xLeft += totalLeft;
        xRight += totalRight;
      } else {
        otherLeft += totalLeft;
        otherRight += totalRight;
      }
    }
    if (otherLeft !== 0n || otherRight !== 0n) {
      waiting.push({
        node: NO_NODE,
        name: OTHER,
        left: { x: xLeft, self: otherLeft, total: otherLeft },
        right: { x: xRight, self: otherRight, total: otherRight },
        level,
      });
    }
  }

  return {
    names: numbering.names,
    levels: levels.map((row, level) => encodeLevel(row.reverse(), numbers[level].reverse())),
    total: BigInt.asIntN(64, leftTotal + rightTotal),
    maxSelf,
    leftTotal: BigInt.asIntN(64, leftTotal),
    rightTotal: BigInt.asIntN(64, rightTotal),
  };
}

/** The smallest of the `maxNodes` largest nodes, the root among them; 0 when all may stay. */
function diffThreshold(trees: AlignedTrees, maxNodes: number): bigint {
  const nodeCount = trees.length + 1;
  if (maxNodes < 1 || nodeCount <= maxNodes) return 0n;
  const largest = createLargestValues<bigint>(maxNodes);
  const [left, right] = trees.values;
  const consider = (a: bigint, b: bigint) => {
    const size = a > b ? a : b;
    if (!largest.isFull() || size > largest.smallest()) largest.add(size);
  };
  consider(sumInt64(left.self), sumInt64(right.self));
  for (let node = 0; node < trees.length; node++) {
    consider(int64At(left.total, node), int64At(right.total, node));
  }
  return largest.smallest();
}

function encodeLevel(row: readonly DiffBox[], names: readonly number[]): Int64Column {
  const cells = createInt64ColumnBuilder(row.length * DIFF_LEVEL_CELLS);
  let endLeft = 0n;
  let endRight = 0n;
  for (const [i, { left, right }] of row.entries()) {
    cells.push(left.x - endLeft);
    cells.push(left.total);
    cells.push(left.self);
    cells.push(right.x - endRight);
    cells.push(right.total);
    cells.push(right.self);
    cells.push(names[i]);
    endLeft = left.x + left.total;
    endRight = right.x + right.total;
  }
  return cells.finish();
}
