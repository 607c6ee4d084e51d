import {
  createEdgeInterner,
  createFrameCollector,
  type FrameIndex,
  NO_NODE,
  NO_STACK,
  type NodeIndex,
  type SourceFunction,
  type StackIndex,
  type Symbols,
  sourceFunction,
} from '@emberscope/profile';
import type { FrameKey } from '../selection.ts';
import type { StackSymbols } from './dictionary.ts';
import type { FrameSpace } from './frame-space.ts';
import { growableInt32 } from './growable-column.ts';
import { CLOSURE_BYTES, MAP_ENTRY_BYTES, OBJECT_BYTES, POINTER_BYTES } from './heap-sizes.ts';

/**
 * The stacks of one dictionary folded by the names of their frames: a tree of nodes, a parent's row
 * smaller than its children's. It grows with the stacks that are asked for, and what is known of a
 * stack stays so: whoever keeps it with a dictionary folds each of its stacks once.
 */
export type NameTree = {
  /** The dictionary as it stands: the one of before, with more rows or none. */
  update(view: StackSymbols): void;
  /** The node that a stack ends in; `NO_NODE` when nothing on it has a name. */
  nodeOf(stack: StackIndex): NodeIndex;
  nodes(): NameNodes;
  /** The numbers that the frames so far have in a space, by label; kept for the space used last. */
  framesIn(space: FrameSpace): Int32Array;
  /** How many nodes it was made with room for. */
  readonly expectedNodes: number;
  /** Of the memory it holds, used or not; names belong to the dictionary. */
  readonly bytes: () => number;
};

/** Nodes so far, as windows; `label` holds rows of the tree's own frames. */
export type NameNodes = {
  readonly parent: Int32Array;
  readonly label: Int32Array;
  readonly firstRoot: NodeIndex;
  /**
   * {@link LINK_CELLS} for each node: its first child, its next sibling (children are a list, in no
   * order, `NO_NODE` ends it), and its label once more. Who walks down large trees fetches each node
   * from far away, and all of it at once.
   */
  readonly links: Int32Array;
};

export const LINK_CELLS = 3;
/** What each of them is. */
export const LINK = { firstChild: 0, nextSibling: 1, label: 2 } as const;

const UNKNOWN = -2;

/** Of an edge with its slots, for each that there is room for: 4 + 4 + 2 * 4. */
const EDGE_BYTES = 16;
/** A frame: an object, and it, its name and its place among edges and strings of a collector. */
const FRAME_BYTES = OBJECT_BYTES + POINTER_BYTES + MAP_ENTRY_BYTES + 4 * EDGE_BYTES;

/** `expectedNodes` saves columns that double up to there, and as much garbage as they take. */
export function createNameTree(frameKey: FrameKey, expectedNodes = 0): NameTree {
  const edges = createEdgeInterner(expectedNodes);
  const collector = createFrameCollector();
  const frames: SourceFunction[] = [];
  let nodeOfStack = new Int32Array(0);
  let frameOfFunction = new Int32Array(0);
  let current: StackSymbols | undefined;
  const waiting: StackIndex[] = [];
  let firstRoot: NodeIndex = NO_NODE;
  let links = new Int32Array(LINK_CELLS * expectedNodes).fill(NO_NODE);
  let length = 0;
  let spaceBefore: WeakRef<FrameSpace> | undefined;
  let inSpace = growableInt32();

  function nodeBelow(caller: NodeIndex, frame: FrameIndex): NodeIndex {
    const node = edges.intern(caller, frame);
    if (node < length) return node;
    length = node + 1;
    if (LINK_CELLS * length > links.length) links = withRoom(links, LINK_CELLS * length, NO_NODE);
    const at = LINK_CELLS * node;
    links[at + LINK.label] = frame;
    if (caller === NO_NODE) {
      links[at + LINK.nextSibling] = firstRoot;
      firstRoot = node;
    } else {
      const firstChild = LINK_CELLS * caller + LINK.firstChild;
      links[at + LINK.nextSibling] = links[firstChild] ?? NO_NODE;
      links[firstChild] = node;
    }
    return node;
  }

  function frameOf(symbols: Symbols, row: number): FrameIndex {
    let frame = frameOfFunction[row] ?? UNKNOWN;
    if (frame === UNKNOWN) {
      const described = describeFunction(symbols, row, frameKey);
      frame = collector.intern(described);
      if (frame === frames.length) frames.push(described);
      frameOfFunction[row] = frame;
    }
    return frame;
  }

  return {
    update(view) {
      current = view;
      nodeOfStack = withRoom(nodeOfStack, view.stacks.length, UNKNOWN);
      frameOfFunction = withRoom(frameOfFunction, view.symbols.functions.length, UNKNOWN);
    },
    nodeOf(stack) {
      const known = nodeOfStack[stack] ?? UNKNOWN;
      if (known !== UNKNOWN) return known;
      if (current === undefined) return NO_NODE;
      const { stacks, symbols } = current;
      const { lineStart, lineFunction } = symbols.locations;
      let row = stack;
      while (row !== NO_STACK && nodeOfStack[row] === UNKNOWN) {
        waiting.push(row);
        row = stacks.parent[row] ?? NO_STACK;
      }
      let node = row === NO_STACK ? NO_NODE : (nodeOfStack[row] ?? NO_NODE);
      // One node for each line on the way, outermost first.
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const location = stacks.location[next] ?? 0;
        const first = lineStart[location] ?? 0;
        for (let line = (lineStart[location + 1] ?? 0) - 1; line >= first; line--) {
          node = nodeBelow(node, frameOf(symbols, lineFunction[line] ?? 0));
        }
        nodeOfStack[next] = node;
      }
      return node;
    },
    nodes() {
      const { parent, label } = edges.view();
      return { parent, label, firstRoot, links };
    },
    framesIn(space) {
      if (spaceBefore?.deref() !== space) {
        spaceBefore = new WeakRef(space);
        inSpace = growableInt32();
      }
      for (const frame of frames.slice(inSpace.length())) inSpace.push(space.intern(frame));
      return inSpace.view();
    },
    expectedNodes,
    bytes: () =>
      24 * CLOSURE_BYTES +
      edges.capacity() * EDGE_BYTES +
      frames.length * FRAME_BYTES +
      nodeOfStack.byteLength +
      frameOfFunction.byteLength +
      links.byteLength +
      inSpace.bytes(),
  };
}

/** A function as a frame of a tree. */
export function describeFunction(
  { functions, strings }: Symbols,
  row: number,
  frameKey: FrameKey,
): SourceFunction {
  const name = strings[functions.name[row] ?? 0] ?? '';
  if (frameKey === 'reported-name') return { name, file: '', line: 0 };
  return sourceFunction({
    name,
    systemName: strings[functions.systemName[row] ?? 0] ?? '',
    fileName: strings[functions.fileName[row] ?? 0] ?? '',
    startLine: functions.startLine[row] ?? 0,
  });
}

/** Cells for more rows, which hold nothing yet. */
function withRoom(
  cells: Int32Array<ArrayBuffer>,
  length: number,
  nothing: number,
): Int32Array<ArrayBuffer> {
  if (length <= cells.length) return cells;
  const larger = new Int32Array(Math.max(length, Math.floor(1.25 * cells.length))).fill(nothing);
  larger.set(cells);
  return larger;
}
