import {
  type CallTree,
  createEdgeInterner,
  createFrameCollector,
  createInt64ColumnBuilder,
  type FrameCollector,
  NO_NODE,
  orderCallTree,
  type Symbols,
} from '@emberscope/profile';
import { growableInt32 } from '../dictionary/growable-column.ts';
import { createNameTree, describeFunction, type NameTree } from '../dictionary/name-tree.ts';
import type { FrameKey } from '../selection.ts';
import type { QueryGuard } from './query-guard.ts';
import type { StackSums } from './stack-sums.ts';

/** A call tree, and the value of stacks that have no name. */
export type FoldedSums = { readonly tree: CallTree; readonly unnamed: bigint };

/**
 * Folds the sums of several dictionaries into one call tree, as `foldStacks` does with one. Each
 * dictionary has a tree of its own, which it may have kept: only nodes that have a value, and their
 * callers, are brought from there into the whole one.
 */
export function foldSums(
  merged: readonly StackSums[],
  frameKey: FrameKey,
  guard: QueryGuard,
): FoldedSums {
  const whole = merged.length === 1 ? createCopiedNodes() : createUnitedNodes(slotCount(merged));
  const sumOfNode: (number | bigint)[] = [];
  let unnamed = 0n;
  for (const sums of merged) {
    const names = sums.dictionary.nameTree?.(frameKey) ?? createNameTree(frameKey);
    names.update(sums.dictionary.view());
    const slots = Int32Array.from(sums.slots());
    const nodes = slots.map((slot) => (slot === 0 ? NO_NODE : names.nodeOf(slot - 1)));
    guard.spend(10 * slots.length);
    const newNode = bringNodes(names, nodes, whole, guard);
    for (let at = 0; at < slots.length; at++) {
      const value = sums.at(slots[at] ?? 0);
      const node = nodes[at] ?? NO_NODE;
      if (node === NO_NODE) unnamed += BigInt(value);
      else {
        const moved = newNode[node] ?? 0;
        sumOfNode[moved] = addExactly(sumOfNode[moved] ?? 0, value);
      }
    }
  }
  const { parent, label } = whole.nodes();
  const self = createInt64ColumnBuilder(Math.max(1, parent.length));
  for (let node = 0; node < parent.length; node++) self.push(sumOfNode[node] ?? 0);
  return { tree: orderCallTree(parent, label, self.finish(), whole.frames.finish()), unnamed };
}

/** Nodes of the whole tree, on frames of its own. */
type WholeNodes = {
  readonly frames: FrameCollector;
  node(parent: number, frame: number): number;
  nodes(): { readonly parent: Int32Array; readonly label: Int32Array };
};

function slotCount(merged: readonly StackSums[]): number {
  let count = 0;
  for (const sums of merged) for (const _ of sums.slots()) count++;
  return count;
}

/** Where the nodes of several trees meet, equal ones become one. */
function createUnitedNodes(expectedNodes: number): WholeNodes {
  const edges = createEdgeInterner(expectedNodes);
  return { frames: createFrameCollector(), node: edges.intern, nodes: edges.finish };
}

/** The nodes of one tree differ already. */
function createCopiedNodes(): WholeNodes {
  const parents = growableInt32();
  const labels = growableInt32();
  return {
    frames: createFrameCollector(),
    node(parent, frame) {
      parents.push(parent);
      labels.push(frame);
      return parents.length() - 1;
    },
    nodes: () => ({ parent: parents.view(), label: labels.view() }),
  };
}

/** Brings some nodes of a tree and their callers into the whole one; answers what each became. */
function bringNodes(
  names: NameTree,
  wanted: Int32Array,
  whole: WholeNodes,
  guard: QueryGuard,
): Int32Array {
  const { parent, label } = names.nodes();
  const isWanted = new Uint8Array(parent.length);
  for (let at = 0; at < wanted.length; at++) {
    let node = wanted[at] ?? NO_NODE;
    while (node !== NO_NODE && isWanted[node] === 0) {
      isWanted[node] = 1;
      node = parent[node] ?? NO_NODE;
    }
  }
  const newFrame = new Int32Array(names.frameCount()).fill(UNKNOWN);
  const newNode = new Int32Array(parent.length);
  guard.spend(parent.length);
  for (let node = 0; node < parent.length; node++) {
    if (isWanted[node] === 0) continue;
    guard.spend(2);
    const frame = label[node] ?? 0;
    let moved = newFrame[frame] ?? UNKNOWN;
    if (moved === UNKNOWN) newFrame[frame] = moved = whole.frames.intern(names.frameAt(frame));
    const caller = parent[node] ?? NO_NODE;
    newNode[node] = whole.node(caller === NO_NODE ? NO_NODE : (newNode[caller] ?? 0), moved);
  }
  return newNode;
}

const UNKNOWN = -1;

/** The frame that a function becomes, found out when it is first met. */
export function frameFinder(
  symbols: Symbols,
  frames: FrameCollector,
  frameKey: FrameKey,
): (row: number) => number {
  const frameOf = new Int32Array(symbols.functions.length).fill(UNKNOWN);
  return (row) => {
    let frame = frameOf[row] ?? UNKNOWN;
    if (frame === UNKNOWN) {
      frame = frames.intern(describeFunction(symbols, row, frameKey));
      frameOf[row] = frame;
    }
    return frame;
  };
}

/** Sums of one kind stay of that kind: the whole merge is wide as soon as one of its sums may be. */
export function addExactly(a: number | bigint, b: number | bigint): number | bigint {
  return typeof b === 'number' ? Number(a) + b : BigInt(a) + b;
}
