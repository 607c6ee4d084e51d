import { NO_NODE, NO_STACK, reusableFloat64 } from '@emberscope/profile';
import type { NameTree } from '../dictionary/name-tree.ts';
import type { QueryGuard } from './query-guard.ts';
import type { SelectedPart } from './selected-parts.ts';
import type { StackSums } from './stack-sums.ts';

/** Values added up by node of a dictionary's tree of names. */
export type NodeSums = {
  /** Adds the selected samples of all profiles of a part. */
  addPart(part: SelectedPart, guard: QueryGuard): void;
  addSums(sums: StackSums, guard: QueryGuard): void;
  /**
   * What each node comes to with all below it, a cell for each node of the tree; of wide sums only
   * whether that is more than nothing. Nothing can be added afterwards.
   */
  totals(): Float64Array;
  /** Of wide sums: what a node has itself, once there are totals. */
  readonly wide: ReadonlyMap<number, bigint> | undefined;
  /** Of stacks without a name, once there are totals. */
  readonly unnamed: () => bigint;
};

/** As many stacks as a large service has in a day. */
const KEPT_STACKS = 512 * 1024;

/** One dictionary is added up after another. */
const cellsOfStacks = reusableFloat64(KEPT_STACKS);

/**
 * `cells` is memory to begin with, of which nothing is kept. What comes of stacks that have not been
 * folded so far waits, so that all of them are folded at once.
 */
export function createNodeSums(
  names: NameTree,
  isWideSum: boolean,
  cells: Float64Array,
): NodeSums & { readonly cells: () => Float64Array } {
  const wide = isWideSum ? new Map<number, bigint>() : undefined;
  const nodeOfStack = names.nodeOfStack();
  let sums = cells.fill(0);
  /** By stack. */
  let waiting: Float64Array | undefined;
  const wideOfStack = new Map<number, bigint>();
  let unnamed = 0;
  let unnamedWide = 0n;

  function room(): void {
    const wanted = Math.max(names.nodes().parent.length, names.expectedNodes, MIN_CELLS);
    if (wanted <= sums.length) return;
    const larger = new Float64Array(wanted);
    larger.set(sums);
    sums = larger;
  }
  room();

  function add(stack: number, value: number): void {
    const node = stack === NO_STACK ? NO_NODE : (nodeOfStack[stack] ?? NO_NODE);
    if (node >= 0) sums[node] = (sums[node] ?? 0) + value;
    else if (node === NO_NODE) unnamed += value;
    else {
      waiting ??= cellsOfStacks(nodeOfStack.length).fill(0);
      waiting[stack] = (waiting[stack] ?? 0) + value;
    }
  }

  function addWide(stack: number, value: number | bigint): void {
    if (BigInt(value) === 0n) return;
    wideOfStack.set(stack, (wideOfStack.get(stack) ?? 0n) + BigInt(value));
    if (stack !== NO_STACK) add(stack, 1);
  }

  /** Folds what was not, and adds up what waits for that. */
  function foldWaiting(): void {
    if (waiting === undefined) return;
    names.foldWanted(marksOf(waiting));
    room();
    addAll(waiting);
    waiting = undefined;
  }

  function addAll(values: Float64Array): void {
    for (let stack = 0; stack < values.length; stack++) {
      if (values[stack] !== 0) add(stack, values[stack] ?? 0);
    }
  }

  function foldWide(into: Map<number, bigint>): void {
    for (const [stack, value] of wideOfStack) {
      const node = stack === NO_STACK ? NO_NODE : (nodeOfStack[stack] ?? NO_NODE);
      if (node === NO_NODE) unnamedWide += value;
      else into.set(node, (into.get(node) ?? 0n) + value);
    }
  }

  return {
    wide,
    cells: () => sums,
    unnamed: () => (wide === undefined ? BigInt(unnamed) : unnamedWide),
    addPart({ table, type, filter, rows }, guard) {
      for (const row of rows) {
        const run = table.samplesOf(row, type);
        const { stack, values, start, end } = run;
        guard.spend(1 + end - start);
        for (let sample = start; sample < end; sample++) {
          if (filter?.passes(run, sample) === false) continue;
          const value = values[sample] ?? 0;
          if (wide === undefined) add(stack[sample] ?? NO_STACK, Number(value));
          else addWide(stack[sample] ?? NO_STACK, value);
        }
      }
    },
    addSums(stackSums, guard) {
      for (const slot of stackSums.slots()) {
        guard.spend(1);
        // Slots are stacks moved up by one.
        if (wide === undefined) add(slot - 1, Number(stackSums.at(slot)));
        else addWide(slot - 1, stackSums.at(slot));
      }
    },
    totals() {
      foldWaiting();
      if (wide !== undefined) foldWide(wide);
      const { parent } = names.nodes();
      addUp(sums, parent);
      return sums;
    },
  };
}

const MIN_CELLS = 1024;

/* Loops have functions of their own, as in `name-tree`. */

function marksOf(values: Float64Array): Uint8Array {
  const marks = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) marks[at] = 1;
  return marks;
}

/** To what each node has itself, adds what is below it. */
function addUp(sums: Float64Array, parent: Int32Array): void {
  // A parent's row is smaller than its children's.
  for (let node = parent.length - 1; node >= 0; node--) {
    const caller = parent[node] ?? NO_NODE;
    if (caller !== NO_NODE) sums[caller] = (sums[caller] ?? 0) + (sums[node] ?? 0);
  }
}
