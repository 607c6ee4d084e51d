import {
  createEdgeInterner,
  type EdgeInterner,
  type FrameIndex,
  NO_NODE,
  NO_STACK,
  type NodeIndex,
  type StackTable,
} from '@emberscope/profile';
import type { FrameKey } from '../selection.ts';
import type { StackSymbols } from './dictionary.ts';
import { createDictionaryFrames } from './dictionary-frames.ts';
import type { FrameSpace } from './frame-space.ts';
import { growableInt32 } from './growable-column.ts';
import { CLOSURE_BYTES } from './heap-sizes.ts';

/**
 * The stacks of one dictionary folded by the names of their frames: a tree of nodes, a parent's row
 * smaller than its children's. It grows with the stacks that are asked for, and what is known of a
 * stack stays so: whoever keeps it with a dictionary folds each of its stacks once.
 */
export type NameTree = {
  /** The dictionary as it stands: the one of before, with more rows or none. */
  update(view: StackSymbols): void;
  /**
   * The node that each stack ends in; `NO_NODE` when nothing on it has a name, {@link UNKNOWN} when
   * it has not been folded so far. A window that is good until the next update.
   */
  nodeOfStack(): Int32Array;
  /**
   * Folds all stacks of which a cell is not 0, and sets those of their callers: passes over stacks as
   * they lie in memory. They come behind their callers, so that what a pass looks at was mostly looked
   * at a moment ago. Going from one after another up to its root takes four times as long, since every
   * step waits for memory.
   */
  foldWanted(isWanted: Uint8Array): void;
  nodes(): NameNodes;
  /** The numbers that the frames so far have in a space, by label; kept for the space used last. */
  framesIn(space: FrameSpace): Int32Array;
  /** How many nodes it was made with room for. */
  readonly expectedNodes: number;
  /** Of the memory it holds, used or not; names belong to the dictionary. */
  readonly bytes: () => number;
};

/** Nodes so far, as windows. */
export type NameNodes = {
  readonly parent: Int32Array;
  readonly firstRoot: NodeIndex;
  /**
   * {@link LINK_CELLS} for each node: its first child, its next sibling (children are a list, in no
   * order, `NO_NODE` ends it), and its label, a row of the tree's own frames. Who walks down large
   * trees fetches each node from far away, and all of it at once.
   */
  readonly links: Int32Array;
};

export const LINK_CELLS = 3;
/** What each of them is. */
export const LINK = { firstChild: 0, nextSibling: 1, label: 2 } as const;

/** In the place of a node. */
export const UNKNOWN = -2;

/**
 * Nearly all nodes have a child or two: the list of them is looked through, which was written a moment
 * ago. Where there are more than so many, a table knows them.
 */
const LISTED_CHILDREN = 8;

/** Of an edge with its slots, for each that there is room for: 4 + 4 + 2 * 4. */
const EDGE_BYTES = 16;
/** `expectedNodes` saves columns that grow up to there, and as much garbage as they take. */
export function createNameTree(frameKey: FrameKey, expectedNodes = 0): NameTree {
  const frames = createDictionaryFrames(frameKey);
  let nodeOfStack = new Int32Array(0);
  let current: StackSymbols | undefined;
  let parent = new Int32Array(expectedNodes);
  let links = new Int32Array(LINK_CELLS * expectedNodes);
  let length = 0;
  let firstRoot: NodeIndex = NO_NODE;
  /** Edges to children of nodes that have more than are looked through, and the child of each. */
  let crowd: EdgeInterner | undefined;
  const childOfEdge = growableInt32();

  function firstChildOf(caller: NodeIndex): NodeIndex {
    if (caller === NO_NODE) return firstRoot;
    return links[LINK_CELLS * caller + LINK.firstChild] ?? NO_NODE;
  }

  function nodeBelow(caller: NodeIndex, frame: FrameIndex): NodeIndex {
    let child = firstChildOf(caller);
    for (let listed = 0; listed < LISTED_CHILDREN; listed++) {
      if (child === NO_NODE) return addNode(caller, frame);
      const at = LINK_CELLS * child;
      if (links[at + LINK.label] === frame) return child;
      child = links[at + LINK.nextSibling] ?? NO_NODE;
    }
    return nodeInCrowd(caller, frame, child === NO_NODE);
  }

  function nodeInCrowd(caller: NodeIndex, frame: FrameIndex, isNew: boolean): NodeIndex {
    crowd ??= createEdgeInterner();
    if (isNew) {
      for (let child = firstChildOf(caller); child !== NO_NODE; ) {
        const at = LINK_CELLS * child;
        crowd.intern(caller, links[at + LINK.label] ?? 0);
        childOfEdge.push(child);
        child = links[at + LINK.nextSibling] ?? NO_NODE;
      }
    }
    const edge = crowd.intern(caller, frame);
    if (edge === childOfEdge.length()) childOfEdge.push(addNode(caller, frame));
    return childOfEdge.at(edge);
  }

  function addNode(caller: NodeIndex, frame: FrameIndex): NodeIndex {
    if (length === parent.length) {
      parent = withRoom(parent, largerRoom(length), NO_NODE);
      links = withRoom(links, LINK_CELLS * parent.length, NO_NODE);
    }
    const node = length++;
    const at = LINK_CELLS * node;
    parent[node] = caller;
    links[at + LINK.firstChild] = NO_NODE;
    links[at + LINK.nextSibling] = firstChildOf(caller);
    links[at + LINK.label] = frame;
    if (caller === NO_NODE) firstRoot = node;
    else links[LINK_CELLS * caller + LINK.firstChild] = node;
    return node;
  }

  function nameStack({ stacks, symbols }: StackSymbols, row: number): NodeIndex {
    const { lineStart, lineFunction } = symbols.locations;
    const caller = stacks.parent[row] ?? NO_STACK;
    let node = caller === NO_STACK ? NO_NODE : (nodeOfStack[caller] ?? NO_NODE);
    const location = stacks.location[row] ?? 0;
    const first = lineStart[location] ?? 0;
    // One node for each line, outermost first.
    for (let line = (lineStart[location + 1] ?? 0) - 1; line >= first; line--) {
      node = nodeBelow(node, frames.of(symbols, lineFunction[line] ?? 0));
    }
    return node;
  }

  function nameWanted(isWanted: Uint8Array, view: StackSymbols): void {
    const stackCount = view.stacks.length;
    for (let row = 0; row < stackCount; row++) {
      if (isWanted[row] === 0 || nodeOfStack[row] !== UNKNOWN) continue;
      nodeOfStack[row] = nameStack(view, row);
    }
  }

  return {
    update(view) {
      current = view;
      nodeOfStack = withRoom(nodeOfStack, view.stacks.length, UNKNOWN);
      frames.update(view.symbols);
    },
    nodeOfStack: () => nodeOfStack,
    foldWanted(isWanted) {
      if (current === undefined) return;
      wantCallers(isWanted, nodeOfStack, current.stacks);
      nameWanted(isWanted, current);
    },
    nodes: () => ({ parent: parent.subarray(0, length), firstRoot, links }),
    framesIn: frames.in,
    expectedNodes,
    bytes: () =>
      16 * CLOSURE_BYTES +
      parent.byteLength +
      links.byteLength +
      (crowd?.capacity() ?? 0) * EDGE_BYTES +
      childOfEdge.bytes() +
      frames.bytes() +
      nodeOfStack.byteLength,
  };
}

/*
 * Long loops have functions of their own. V8 compiles a loop that it is in without what comes behind it
 * that has never run; where that is another loop, the compiled code is thrown away and the next one
 * begins slowly. The first flame graph of a thread would take twice as long.
 */

/** Also those of which nothing else is wanted. */
function wantCallers(
  isWanted: Uint8Array,
  nodeOfStack: Int32Array,
  { parent, length }: StackTable,
): void {
  for (let row = length - 1; row >= 0; row--) {
    if (isWanted[row] === 0 || nodeOfStack[row] !== UNKNOWN) continue;
    const caller = parent[row] ?? NO_STACK;
    if (caller !== NO_STACK) isWanted[caller] = 1;
  }
}

function largerRoom(length: number): number {
  return length < LARGE_NODES ? Math.max(2 * length, MIN_NODES) : length + (length >> 2);
}

const MIN_NODES = 256;
/** So many grow by a quarter, fewer to twice as many. */
const LARGE_NODES = 64 * 1024;

/** Cells for more rows, which hold nothing yet. */
function withRoom(
  cells: Int32Array<ArrayBuffer>,
  length: number,
  nothing: number,
): Int32Array<ArrayBuffer> {
  if (length <= cells.length) return cells;
  const larger = new Int32Array(Math.max(length, Math.floor(1.25 * cells.length)));
  larger.set(cells);
  return larger.fill(nothing, cells.length);
}
