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
  /** Nodes so far, as windows; `label` holds rows of the frames. */
  nodes(): { readonly parent: Int32Array; readonly label: Int32Array };
  readonly frameCount: () => number;
  frameAt(frame: FrameIndex): SourceFunction;
};

const UNKNOWN = -2;

export function createNameTree(frameKey: FrameKey): NameTree {
  const edges = createEdgeInterner();
  const collector = createFrameCollector();
  const frames: SourceFunction[] = [];
  let nodeOfStack = new Int32Array(0);
  let frameOfFunction = new Int32Array(0);
  let current: StackSymbols | undefined;
  const waiting: StackIndex[] = [];

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
      nodeOfStack = withRoom(nodeOfStack, view.stacks.length);
      frameOfFunction = withRoom(frameOfFunction, view.symbols.functions.length);
    },
    nodeOf(stack) {
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
          node = edges.intern(node, frameOf(symbols, lineFunction[line] ?? 0));
        }
        nodeOfStack[next] = node;
      }
      return node;
    },
    nodes: edges.view,
    frameCount: () => frames.length,
    frameAt: (frame) => frames[frame] ?? NO_FRAME,
  };
}

const NO_FRAME: SourceFunction = { name: '', file: '', line: 0 };

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

/** Cells for more rows, of which nothing is known. */
function withRoom(cells: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= cells.length) return cells;
  const larger = new Int32Array(Math.max(length, Math.floor(1.25 * cells.length))).fill(UNKNOWN);
  larger.set(cells);
  return larger;
}
