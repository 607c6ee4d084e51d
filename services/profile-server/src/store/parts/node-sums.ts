import { NO_NODE, NO_STACK } from '@emberscope/profile';
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
  /** Of wide sums: what a node has itself. */
  readonly wide: ReadonlyMap<number, bigint> | undefined;
  /** Of stacks without a name. */
  readonly unnamed: () => bigint;
};

/** `cells` is memory to begin with, of which nothing is kept. */
export function createNodeSums(
  names: NameTree,
  isWideSum: boolean,
  cells: Float64Array,
): NodeSums & { readonly cells: () => Float64Array } {
  const wide = isWideSum ? new Map<number, bigint>() : undefined;
  let sums = cells.fill(0);
  let unnamed = 0;
  let unnamedWide = 0n;

  /** Doubles: a tree of names that is new grows by a node with nearly every stack it is asked for. */
  function room(node: number): void {
    const known = Math.max(names.nodes().parent.length, names.expectedNodes);
    const wanted = Math.max(node + 1, known, MIN_CELLS);
    const larger = new Float64Array(Math.max(wanted, 2 * sums.length));
    larger.set(sums);
    sums = larger;
  }

  function add(node: number, value: number): void {
    if (node === NO_NODE) unnamed += value;
    else {
      if (node >= sums.length) room(node);
      sums[node] = (sums[node] ?? 0) + value;
    }
  }

  function addWide(node: number, value: number | bigint): void {
    if (BigInt(value) === 0n) return;
    if (node === NO_NODE) unnamedWide += BigInt(value);
    else {
      wide?.set(node, (wide.get(node) ?? 0n) + BigInt(value));
      add(node, 1);
    }
  }

  const nodeOf = (stack: number): number => (stack === NO_STACK ? NO_NODE : names.nodeOf(stack));

  return {
    wide,
    cells: () => sums,
    unnamed: () => BigInt(unnamed) + unnamedWide,
    addPart({ table, type, filter, rows }, guard) {
      for (const row of rows) {
        const run = table.samplesOf(row, type);
        const { stack, values, start, end } = run;
        guard.spend(1 + end - start);
        for (let sample = start; sample < end; sample++) {
          if (filter?.passes(run, sample) === false) continue;
          const value = values[sample] ?? 0;
          const node = nodeOf(stack[sample] ?? NO_STACK);
          if (wide === undefined) add(node, Number(value));
          else addWide(node, value);
        }
      }
    },
    addSums(stackSums, guard) {
      for (const slot of stackSums.slots()) {
        guard.spend(1);
        // Slots are stacks moved up by one.
        const node = nodeOf(slot - 1);
        if (wide === undefined) add(node, Number(stackSums.at(slot)));
        else addWide(node, stackSums.at(slot));
      }
    },
    totals() {
      const { parent } = names.nodes();
      if (sums.length < parent.length) room(parent.length - 1);
      // A parent's row is smaller than its children's.
      for (let node = parent.length - 1; node >= 0; node--) {
        const caller = parent[node] ?? NO_NODE;
        if (caller !== NO_NODE) sums[caller] = (sums[caller] ?? 0) + (sums[node] ?? 0);
      }
      return sums;
    },
  };
}

const MIN_CELLS = 1024;
