import { type CallTree, NO_NODE, type NodeIndex, orderCallTree, subtreeEnds } from './call-tree.ts';
import { createEdgeInterner } from './edge-interner.ts';
import { createFrameCollector, type FrameIndex, frameRow } from './frame-table.ts';
import { createInt64ColumnBuilder, int64At, isWide } from './int64-column.ts';
import { nthLargest } from './largest-values.ts';
import { createLargestValues } from './min-heap.ts';
import { reusableFloat64 } from './reusable-cells.ts';

/** The name of the node that stands for all that truncation folded away below one caller. */
export const OTHER = 'other';

/**
 * The smallest total that a node may have to stay in a tree of about `maxNodes` nodes; 0 when all
 * may stay (a limit below 1 is none). Ties with the threshold stay too, so a tree can keep more
 * nodes than asked for.
 *
 * Pyroscope's rule, step by step, since its users compare flame graphs: depth first from the last
 * root, last child first; the totals met go into a heap of the `maxNodes` largest; a node that is
 * not above a full heap's smallest is passed over together with all below it.
 */
export function truncationThreshold(tree: CallTree, maxNodes: number): number | bigint {
  if (maxNodes < 1 || tree.length <= maxNodes) return 0;
  // Where no node is larger than its caller, nothing that is passed over would have counted.
  if (!isWide(tree.total) && !isWide(tree.self) && tree.self.every((value) => value >= 0)) {
    const totals = cellsOfTotals(tree.length);
    totals.set(tree.total);
    return nthLargest(totals, maxNodes);
  }
  return thresholdStepByStep(tree, maxNodes);
}

const cellsOfTotals = reusableFloat64();

/** The rule as it is said, for trees whose values may have wrapped. */
export function thresholdStepByStep(tree: CallTree, maxNodes: number): number | bigint {
  const largest = createLargestValues<number | bigint>(maxNodes);
  const { lastChild, previousSibling, lastRoot } = lastChildLists(tree);
  const waiting: NodeIndex[] = [];
  let node = lastRoot;
  while (node !== NO_NODE || waiting.length > 0) {
    if (node === NO_NODE) {
      node = waiting.pop() ?? NO_NODE;
      continue;
    }
    const isPassedOver = largest.isFull() && tree.total[node] <= largest.smallest();
    if (!isPassedOver) largest.add(tree.total[node]);
    if (previousSibling[node] !== NO_NODE) waiting.push(previousSibling[node]);
    node = isPassedOver ? NO_NODE : lastChild[node];
  }
  return largest.smallest();
}

function lastChildLists(tree: CallTree) {
  const lastChild = new Int32Array(tree.length).fill(NO_NODE);
  const previousSibling = new Int32Array(tree.length).fill(NO_NODE);
  let lastRoot = NO_NODE;
  for (let node = 0; node < tree.length; node++) {
    const caller = tree.parent[node];
    previousSibling[node] = caller === NO_NODE ? lastRoot : lastChild[caller];
    if (caller === NO_NODE) lastRoot = node;
    else lastChild[caller] = node;
  }
  return { lastChild, previousSibling, lastRoot };
}

/**
 * The tree that Pyroscope sends as bytes: nodes below the threshold are folded, per caller, into
 * one child named {@link OTHER}. Flame graphs fold once more while they are encoded, by a slightly
 * different rule (`encodeFlameGraph`).
 *
 * Where a caller has a child of that name that stays, Pyroscope counts the folded values in its
 * total alone, which the bytes do not carry: they are lost, here as there. It takes a function
 * that is really named `other` and a truncation in the same place, so nobody's sums suffer, and
 * answers stay equal to the byte. (A frame with a file is never that node.)
 */
export function truncateCallTree(tree: CallTree, maxNodes: number): CallTree {
  const threshold = truncationThreshold(tree, maxNodes);
  if (threshold === 0) return tree;

  const frames = createFrameCollector();
  const frameOf = new Int32Array(tree.frames.length).fill(-1);
  const frameAt = (node: NodeIndex): FrameIndex => {
    const frame = tree.frame[node];
    if (frameOf[frame] === -1) frameOf[frame] = frames.intern(frameRow(tree.frames, frame));
    return frameOf[frame];
  };

  const hasOther = callersOfKeptOther(tree, threshold);
  const ends = subtreeEnds(tree);
  const edges = createEdgeInterner();
  const newRow = new Int32Array(tree.length).fill(NO_NODE);
  const self: bigint[] = [];
  for (let node = 0; node < tree.length; ) {
    const caller = tree.parent[node];
    const newCaller = caller === NO_NODE ? NO_NODE : newRow[caller];
    if (tree.total[node] >= threshold) {
      newRow[node] = edges.intern(newCaller, frameAt(node));
      self[newRow[node]] = int64At(tree.self, node);
      node++;
    } else {
      if (!hasOther.has(caller)) {
        const other = edges.intern(newCaller, frames.intern(OTHER_FRAME));
        self[other] = (self[other] ?? 0n) + int64At(tree.total, node);
      }
      node = ends[node];
    }
  }

  const { parent, label } = edges.finish();
  const selfColumn = createInt64ColumnBuilder(parent.length);
  for (const value of self) selfColumn.push(value);
  return orderCallTree(parent, label, selfColumn.finish(), frames.finish());
}

const OTHER_FRAME = { name: OTHER, file: '', line: 0 };

/** The callers (`NO_NODE` for the roots) of which a child named {@link OTHER} stays. */
function callersOfKeptOther(tree: CallTree, threshold: number | bigint): ReadonlySet<NodeIndex> {
  const callers = new Set<NodeIndex>();
  const { name, file, line } = tree.frames;
  for (let node = 0; node < tree.length; node++) {
    const frame = tree.frame[node];
    const isOther = name[frame] === OTHER && file[frame] === '' && line[frame] === 0;
    if (isOther && tree.total[node] >= threshold) callers.add(tree.parent[node]);
  }
  return callers;
}
