import {
  type CallTree,
  createEdgeInterner,
  createFrameCollector,
  createInt64ColumnBuilder,
  type EdgeInterner,
  type FrameCollector,
  type LocationTable,
  NO_NODE,
  NO_STACK,
  orderCallTree,
  type StackTable,
  type Symbols,
  sourceFunction,
} from '@emberscope/profile';
import type { FrameKey } from '../selection.ts';
import type { QueryGuard } from './query-guard.ts';
import type { StackSums } from './stack-sums.ts';

/** A call tree, and the value of stacks that have no name. */
export type FoldedSums = { readonly tree: CallTree; readonly unnamed: bigint };

/**
 * Folds the sums of several dictionaries into one call tree, as `foldStacks` does with one: all of
 * them share frames and nodes, so that nothing has to be merged afterwards. Only stacks that have a
 * value, and their callers, are looked at.
 */
export function foldSums(
  merged: readonly StackSums[],
  frameKey: FrameKey,
  guard: QueryGuard,
): FoldedSums {
  const frames = createFrameCollector();
  const edges = createEdgeInterner();
  const sumOfNode: (number | bigint)[] = [];
  let unnamed = 0n;
  for (const sums of merged) {
    const { stacks, symbols } = sums.dictionary.view();
    const wanted = stacksThatLeadTo(stacks, sums, guard);
    const frameOf = frameFinder(symbols, frames, frameKey);
    const nodeOf = nodesOfStacks(stacks, symbols.locations, wanted, frameOf, edges, guard);
    for (const slot of sums.slots()) {
      guard.spend(2);
      const node = slot === 0 ? NO_NODE : (nodeOf[slot - 1] ?? NO_NODE);
      if (node === NO_NODE) unnamed += BigInt(sums.at(slot));
      else sumOfNode[node] = addExactly(sumOfNode[node] ?? 0, sums.at(slot));
    }
  }
  const { parent, label } = edges.finish();
  const self = createInt64ColumnBuilder(Math.max(1, parent.length));
  for (let node = 0; node < parent.length; node++) self.push(sumOfNode[node] ?? 0);
  return { tree: orderCallTree(parent, label, self.finish(), frames.finish()), unnamed };
}

/** 1 for every stack that has a sum or leads to one that has. */
function stacksThatLeadTo(stacks: StackTable, sums: StackSums, guard: QueryGuard): Uint8Array {
  const wanted = new Uint8Array(stacks.length);
  for (const slot of sums.slots()) {
    for (let stack = slot - 1; stack !== NO_STACK && wanted[stack] === 0; ) {
      wanted[stack] = 1;
      guard.spend(1);
      stack = stacks.parent[stack] ?? NO_STACK;
    }
  }
  return wanted;
}

/** The node that each wanted stack ends in: one for each line on the way, outermost first. */
function nodesOfStacks(
  stacks: StackTable,
  locations: LocationTable,
  wanted: Uint8Array,
  frameOf: (row: number) => number,
  edges: EdgeInterner,
  guard: QueryGuard,
): Int32Array {
  const nodeOf = new Int32Array(stacks.length).fill(NO_NODE);
  for (let stack = 0; stack < stacks.length; stack++) {
    if (wanted[stack] === 0) continue;
    guard.spend(4);
    const caller = stacks.parent[stack] ?? NO_STACK;
    const location = stacks.location[stack] ?? 0;
    let node = caller === NO_STACK ? NO_NODE : (nodeOf[caller] ?? NO_NODE);
    const first = locations.lineStart[location] ?? 0;
    for (let line = (locations.lineStart[location + 1] ?? 0) - 1; line >= first; line--) {
      node = edges.intern(node, frameOf(locations.lineFunction[line] ?? 0));
    }
    nodeOf[stack] = node;
  }
  return nodeOf;
}

const UNKNOWN = -1;

/** The frame that a function becomes, found out when it is first met. */
export function frameFinder(
  { functions, strings }: Symbols,
  frames: FrameCollector,
  frameKey: FrameKey,
): (row: number) => number {
  const frameOf = new Int32Array(functions.length).fill(UNKNOWN);
  return (row) => {
    let frame = frameOf[row] ?? UNKNOWN;
    if (frame === UNKNOWN) {
      const name = strings[functions.name[row] ?? 0] ?? '';
      frame = frames.intern(
        frameKey === 'reported-name'
          ? { name, file: '', line: 0 }
          : sourceFunction({
              name,
              systemName: strings[functions.systemName[row] ?? 0] ?? '',
              fileName: strings[functions.fileName[row] ?? 0] ?? '',
              startLine: functions.startLine[row] ?? 0,
            }),
      );
      frameOf[row] = frame;
    }
    return frame;
  };
}

/** Sums of one kind stay of that kind: the whole merge is wide as soon as one of its sums may be. */
export function addExactly(a: number | bigint, b: number | bigint): number | bigint {
  return typeof b === 'number' ? Number(a) + b : BigInt(a) + b;
}
