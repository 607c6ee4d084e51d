import { NO_NODE, nthLargest } from '@emberscope/profile';
import { LINK, LINK_CELLS, type NameNodes } from '../dictionary/name-tree.ts';
import type { QueryGuard } from './query-guard.ts';

/** A tree that is laid over others. */
export type LaidTree = {
  readonly nodes: Pick<NameNodes, 'firstRoot' | 'links'>;
  /** What its labels are among all trees. */
  readonly frameOf: Int32Array;
  /** Of each node with all below it; a node without any is no part of the tree. */
  readonly totals: Float64Array;
};

/**
 * Nodes of several trees laid over one another, callers before what they called: windows that are
 * good until the next union.
 */
export type UnitedTrees = NarrowNodes & {
  /** Tells the nodes that one was made of. */
  sourcesOf(node: number, visit: (tree: number, node: number) => void): void;
};

/** The nodes with what they come to. */
export type NarrowNodes = {
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
  /** Lets go of the trees, and of what a large union took: also of one that did not come to its end. */
  release(): void;
};

/**
 * What is kept from one union to the next: some MiB. A flame graph of ten services and a week has
 * 20,000 nodes, made of 160,000 of its trees. New memory would cost a third of the union.
 */
const KEPT_NODES = 64 * 1024;
const KEPT_SOURCES = 256 * 1024;

/**
 * Lays trees over one another from the roots on, and looks only at children of nodes that may stay:
 * of the hundred thousands of nodes of a day, a flame graph keeps a few thousand. The memory that it
 * works in is used again.
 */
export function createTreeUnion(): TreeUnion {
  let columns = createNodeColumns(1024);
  let sources = createSourceColumns(1024);
  let trees: readonly LaidTree[] = [];
  let unitedOfFrame = new Int32Array(0);
  const firstOfSize = new Int32Array(SIZES);
  const bits = new DataView(new ArrayBuffer(8));
  let length = 0;
  let sourceCount = 0;

  /** Takes a node's children in a tree, or its roots, in among those from `first` on. */
  function takeChildren(
    tree: number,
    { nodes, frameOf, totals }: LaidTree,
    firstChild: number,
    caller: number,
    first: number,
  ): number {
    const { links } = nodes;
    let below = 0;
    for (let next = firstChild; next !== NO_NODE; ) {
      const child = next;
      const at = LINK_CELLS * child;
      next = links[at + LINK.nextSibling] ?? NO_NODE;
      const total = totals[child] ?? 0;
      if (total === 0) continue;
      if (sourceCount === sources.capacity) sources = enlargedSources(sources);
      below += total;
      const frame = frameOf[links[at + LINK.label] ?? 0] ?? 0;
      let node = unitedOfFrame[frame] ?? NO_NODE;
      if (node < first) {
        if (length === columns.capacity) columns = enlargedNodes(columns);
        node = length++;
        unitedOfFrame[frame] = node;
        columns.parent[node] = caller;
        columns.frame[node] = frame;
        columns.totals[node] = total;
        columns.firstSource[node] = NO_NODE;
      } else columns.totals[node] = (columns.totals[node] ?? 0) + total;
      const source = sourceCount++;
      sources.tree[source] = tree;
      sources.node[source] = child;
      sources.next[source] = columns.firstSource[node] ?? NO_NODE;
      columns.firstSource[node] = source;
    }
    return below;
  }

  /** Takes in all children of a node. */
  function expand(node: number): void {
    const first = length;
    let below = 0;
    let source = columns.firstSource[node] ?? NO_NODE;
    while (source !== NO_NODE) {
      const tree = sources.tree[source] ?? 0;
      const laid = trees[tree];
      const at = LINK_CELLS * (sources.node[source] ?? 0) + LINK.firstChild;
      const child = laid?.nodes.links[at] ?? NO_NODE;
      if (laid !== undefined && child !== NO_NODE) {
        below += takeChildren(tree, laid, child, node, first);
      }
      source = sources.next[source] ?? NO_NODE;
    }
    columns.below[node] = below;
  }

  /** Puts nodes into the lists of their sizes. */
  function queueFrom(first: number): void {
    const { totals, nextOfSize } = columns;
    for (let node = first; node < length; node++) {
      bits.setFloat64(0, totals[node] ?? 0);
      const size = (bits.getUint32(0) >>> SIZE_SHIFT) - SIZE_OF_ONE;
      nextOfSize[node] = firstOfSize[size] ?? NO_NODE;
      firstOfSize[size] = node;
    }
  }

  /**
   * Expands the largest nodes, those of about the same size in any order, and answers the total of
   * the last one that stays; 0 when all do.
   */
  function expandLargest(keepNodes: number, guard: QueryGuard): number {
    let expanded = 0;
    for (let size = SIZES - 1; size >= 0; size--) {
      const alike: number[] = [];
      // A node's children are as large as itself or smaller: they come in the same turn or later.
      for (;;) {
        const node = firstOfSize[size] ?? NO_NODE;
        if (node === NO_NODE) break;
        firstOfSize[size] = columns.nextOfSize[node] ?? NO_NODE;
        alike.push(columns.totals[node] ?? 0);
        const before = length;
        expand(node);
        guard.spend(2 + length - before);
        queueFrom(before);
      }
      const wanted = keepNodes - expanded;
      expanded += alike.length;
      if (expanded < keepNodes || (expanded === keepNodes && isLast(size))) continue;
      return nthLargest(Float64Array.from(alike), wanted);
    }
    return 0;
  }

  function isLast(size: number): boolean {
    for (let smaller = size - 1; smaller >= 0; smaller--) {
      if (firstOfSize[smaller] !== NO_NODE) return false;
    }
    return true;
  }

  return {
    unite(laid, frameCount, keepNodes, guard) {
      if (unitedOfFrame.length < frameCount) unitedOfFrame = new Int32Array(2 * frameCount);
      unitedOfFrame.fill(NO_NODE, 0, frameCount);
      firstOfSize.fill(NO_NODE);
      trees = laid;
      length = 0;
      sourceCount = 0;
      let total = 0;
      for (const [tree, one] of trees.entries()) {
        total += takeChildren(tree, one, one.nodes.firstRoot, NO_NODE, 0);
      }
      let threshold = 0;
      if (keepNodes > 0) {
        queueFrom(0);
        threshold = expandLargest(keepNodes, guard);
      } else {
        for (let node = 0; node < length; node++) {
          guard.spend(2);
          expand(node);
        }
      }
      return unitedOf(columns, sources, length, total, threshold);
    },
    release() {
      trees = [];
      if (columns.capacity > KEPT_NODES) columns = createNodeColumns(KEPT_NODES);
      if (sources.capacity > KEPT_SOURCES) sources = createSourceColumns(KEPT_SOURCES);
    },
  };
}

function unitedOf(
  { parent, frame, totals, below, firstSource }: NodeColumns,
  sources: SourceColumns,
  length: number,
  total: number,
  threshold: number,
): UnitedTrees {
  return {
    length,
    total,
    threshold,
    parent,
    frame,
    totals,
    below,
    sourcesOf(node, visit) {
      let source = firstSource[node] ?? NO_NODE;
      for (; source !== NO_NODE; source = sources.next[source] ?? NO_NODE) {
        visit(sources.tree[source] ?? 0, sources.node[source] ?? 0);
      }
    },
  };
}

/** Sizes are alike when the exponents of their doubles and three bits of their fractions are. */
const SIZE_SHIFT = 17;
const SIZE_OF_ONE = 0x3ff0_0000 >>> SIZE_SHIFT;
const SIZES = 1 + (0x4340_0000 >>> SIZE_SHIFT) - SIZE_OF_ONE;

/** A cell for each node. */
type NodeColumns = {
  readonly capacity: number;
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  readonly totals: Float64Array;
  readonly below: Float64Array;
  /** The node whose turn it is behind another one of about its size. */
  readonly nextOfSize: Int32Array;
  readonly firstSource: Int32Array;
};

/** A cell for each node of a tree that one was made of. */
type SourceColumns = {
  readonly capacity: number;
  readonly tree: Int32Array;
  readonly node: Int32Array;
  /** Another one of the same node. */
  readonly next: Int32Array;
};

function createNodeColumns(capacity: number): NodeColumns {
  return {
    capacity,
    parent: new Int32Array(capacity),
    frame: new Int32Array(capacity),
    totals: new Float64Array(capacity),
    below: new Float64Array(capacity),
    nextOfSize: new Int32Array(capacity),
    firstSource: new Int32Array(capacity),
  };
}

function createSourceColumns(capacity: number): SourceColumns {
  return {
    capacity,
    tree: new Int32Array(capacity),
    node: new Int32Array(capacity),
    next: new Int32Array(capacity),
  };
}

function enlargedNodes(columns: NodeColumns): NodeColumns {
  const larger = createNodeColumns(2 * columns.capacity);
  larger.parent.set(columns.parent);
  larger.frame.set(columns.frame);
  larger.totals.set(columns.totals);
  larger.below.set(columns.below);
  larger.nextOfSize.set(columns.nextOfSize);
  larger.firstSource.set(columns.firstSource);
  return larger;
}

function enlargedSources(columns: SourceColumns): SourceColumns {
  const larger = createSourceColumns(2 * columns.capacity);
  larger.tree.set(columns.tree);
  larger.node.set(columns.node);
  larger.next.set(columns.next);
  return larger;
}
