import { NO_NODE, nthLargest } from '@emberscope/profile';
import type { NameNodes } from '../dictionary/name-tree.ts';
import type { QueryGuard } from './query-guard.ts';

/** A tree that is laid over others. */
export type LaidTree = {
  readonly nodes: NameNodes;
  /** What its labels are among all trees. */
  readonly frameOf: Int32Array;
  /** Of each node with all below it; a node without any is no part of the tree. */
  readonly totals: Float64Array;
};

/**
 * Nodes of several trees laid over one another, callers before what they called: windows that are
 * good until the next union.
 */
export type UnitedTrees = {
  readonly length: number;
  /** `NO_NODE` for a root. */
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  readonly totals: Float64Array;
  /** What the children of each node come to; known of those that stay. */
  readonly below: Float64Array;
  /** What all roots come to. */
  readonly total: number;
  /** Nodes of smaller totals do not stay; 0 when all do. */
  readonly threshold: number;
  /** Tells the nodes that one was made of. */
  sourcesOf(node: number, visit: (tree: number, node: number) => void): void;
};

export type TreeUnion = {
  /**
   * `keepNodes`: how many of the largest nodes are wanted, with those that tie with the smallest of
   * them; 0 for all. Totals must be whole numbers whose sums are below 2^53, frames below
   * `frameCount`.
   */
  unite(
    trees: readonly LaidTree[],
    frameCount: number,
    keepNodes: number,
    guard: QueryGuard,
  ): UnitedTrees;
};

/** What is kept from one union to the next, in nodes: some MiB. */
const KEPT_NODES = 64 * 1024;

/**
 * Lays trees over one another from the roots on, and looks only at children of nodes that may stay:
 * of the hundred thousands of nodes of a day, a flame graph keeps a few thousand. The memory that it
 * works in is used again.
 */
export function createTreeUnion(): TreeUnion {
  let columns = createColumns(1024);
  let unitedOfFrame = new Int32Array(0);

  return {
    unite(trees, frameCount, keepNodes, guard) {
      if (columns.capacity > KEPT_NODES) columns = createColumns(KEPT_NODES);
      if (unitedOfFrame.length < frameCount) unitedOfFrame = new Int32Array(2 * frameCount);
      unitedOfFrame.fill(NO_NODE, 0, frameCount);
      const queue = keepNodes > 0 ? createSizeQueue() : undefined;
      let length = 0;
      let sourceCount = 0;

      /** Takes the children of a node of one tree, or its roots, in among those from `first` on. */
      function takeChildren(tree: number, firstChild: number, caller: number, first: number) {
        const laid = trees[tree];
        if (laid === undefined) return 0;
        const { nodes, frameOf, totals } = laid;
        let below = 0;
        let seen = 0;
        let child = firstChild;
        for (; child !== NO_NODE; child = nodes.nextSibling[child] ?? NO_NODE) {
          seen++;
          const total = totals[child] ?? 0;
          if (total === 0) continue;
          below += total;
          const frame = frameOf[nodes.label[child] ?? 0] ?? 0;
          let node = unitedOfFrame[frame] ?? NO_NODE;
          if (sourceCount === columns.capacity) columns = enlarged(columns);
          const source = sourceCount++;
          if (node < first) {
            node = length++;
            unitedOfFrame[frame] = node;
            columns.parent[node] = caller;
            columns.frame[node] = frame;
            columns.totals[node] = total;
            columns.firstSource[node] = NO_NODE;
          } else columns.totals[node] = (columns.totals[node] ?? 0) + total;
          columns.sourceTree[source] = tree;
          columns.sourceNode[source] = child;
          columns.nextSource[source] = columns.firstSource[node] ?? NO_NODE;
          columns.firstSource[node] = source;
        }
        guard.spend(2 * seen);
        return below;
      }

      function expand(node: number): void {
        const first = length;
        let below = 0;
        let source = columns.firstSource[node] ?? NO_NODE;
        for (; source !== NO_NODE; source = columns.nextSource[source] ?? NO_NODE) {
          const tree = columns.sourceTree[source] ?? 0;
          const child = trees[tree]?.nodes.firstChild[columns.sourceNode[source] ?? 0] ?? NO_NODE;
          if (child !== NO_NODE) below += takeChildren(tree, child, node, first);
        }
        columns.below[node] = below;
        queueFrom(first);
      }

      function queueFrom(first: number): void {
        if (queue === undefined) return;
        for (let node = first; node < length; node++) queue.add(node, columns.totals[node] ?? 0);
      }

      let total = 0;
      for (const [tree, { nodes }] of trees.entries()) {
        total += takeChildren(tree, nodes.firstRoot, NO_NODE, 0);
      }
      queueFrom(0);
      let threshold = 0;
      if (queue === undefined) for (let node = 0; node < length; node++) expand(node);
      else threshold = expandLargest(queue, keepNodes, expand, (node) => columns.totals[node] ?? 0);

      const { parent, frame, totals, below, firstSource, sourceTree, sourceNode } = columns;
      const { nextSource } = columns;
      return {
        ...{ length, total, threshold },
        ...{ parent, frame, totals, below },
        sourcesOf(node, visit) {
          let source = firstSource[node] ?? NO_NODE;
          for (; source !== NO_NODE; source = nextSource[source] ?? NO_NODE) {
            visit(sourceTree[source] ?? 0, sourceNode[source] ?? 0);
          }
        },
      };
    },
  };
}

/** Expands the largest nodes, and answers the total of the last one that stays; 0 when all do. */
function expandLargest(
  queue: SizeQueue,
  keepNodes: number,
  expand: (node: number) => void,
  totalOf: (node: number) => number,
): number {
  let expanded = 0;
  for (;;) {
    const alike: number[] = [];
    // A node's children are as large as itself or smaller: they come in the same turn or later.
    for (let node = queue.next(); node !== NO_NODE; node = queue.next()) {
      alike.push(totalOf(node));
      expand(node);
    }
    const wanted = keepNodes - expanded;
    expanded += alike.length;
    const isLast = !queue.turn();
    if (isLast && expanded <= keepNodes) return 0;
    if (expanded >= keepNodes) return nthLargest(Float64Array.from(alike), wanted);
  }
}

/** Nodes by size, the largest first; those of about the same size in any order. */
type SizeQueue = {
  add(node: number, total: number): void;
  /** Of the size whose turn it is; `NO_NODE` when none is left. */
  next(): number;
  /** The next size that has nodes has its turn; false when there is none. */
  turn(): boolean;
};

/** Sizes are alike when the exponents of their doubles and three bits of their fractions are. */
const SIZE_SHIFT = 17;
const SIZE_OF_ONE = 0x3ff0_0000 >>> SIZE_SHIFT;
const SIZES = 1 + (0x4340_0000 >>> SIZE_SHIFT) - SIZE_OF_ONE;

function createSizeQueue(): SizeQueue {
  const nodesOfSize: number[][] = Array.from({ length: SIZES }, () => []);
  const bits = new DataView(new ArrayBuffer(8));
  let current = SIZES - 1;
  return {
    add(node, total) {
      bits.setFloat64(0, total);
      nodesOfSize[(bits.getUint32(0) >>> SIZE_SHIFT) - SIZE_OF_ONE]?.push(node);
    },
    next: () => nodesOfSize[current]?.pop() ?? NO_NODE,
    turn() {
      while (current >= 0 && nodesOfSize[current]?.length === 0) current--;
      return current >= 0;
    },
  };
}

/** Cells for nodes, and as many for the nodes of the trees that they were made of. */
type Columns = {
  readonly capacity: number;
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  readonly totals: Float64Array;
  readonly below: Float64Array;
  readonly firstSource: Int32Array;
  readonly sourceTree: Int32Array;
  readonly sourceNode: Int32Array;
  readonly nextSource: Int32Array;
};

function createColumns(capacity: number): Columns {
  const int32 = () => new Int32Array(capacity);
  return {
    capacity,
    ...{ parent: int32(), frame: int32(), firstSource: int32() },
    ...{ totals: new Float64Array(capacity), below: new Float64Array(capacity) },
    ...{ sourceTree: int32(), sourceNode: int32(), nextSource: int32() },
  };
}

function enlarged(columns: Columns): Columns {
  const larger = createColumns(2 * columns.capacity);
  larger.parent.set(columns.parent);
  larger.frame.set(columns.frame);
  larger.firstSource.set(columns.firstSource);
  larger.totals.set(columns.totals);
  larger.below.set(columns.below);
  larger.sourceTree.set(columns.sourceTree);
  larger.sourceNode.set(columns.sourceNode);
  larger.nextSource.set(columns.nextSource);
  return larger;
}
