import { isWide } from '@emberscope/profile';
import type { StackDictionary } from '../dictionary/dictionary.ts';
import type { QueryGuard } from './query-guard.ts';
import { type SelectedPart, selectedTotal } from './selected-parts.ts';

/**
 * Values added up by stack, over one dictionary. Slots are stacks moved up by one, since samples
 * without a stack are added up as well: slot 0 is theirs. Sums are dense and the slots in use are
 * listed, so adding is a matter of nanoseconds and reading costs what was added.
 */
export type StackSums = {
  readonly dictionary: StackDictionary;
  /** The slots that have a sum, in the order in which they got it. */
  readonly slots: () => Iterable<number>;
  /** A bigint where sums may pass 2^53, else a number. */
  at(slot: number): number | bigint;
  /** Adds the selected samples of some profiles of one part. */
  addRows(part: SelectedPart, rows: Iterable<number>, guard: QueryGuard): void;
  add(slot: number, value: number | bigint): void;
  /** Sets all sums back to 0. */
  clear(): void;
};

export function createStackSums(dictionary: StackDictionary, isWideSum: boolean): StackSums {
  return isWideSum ? createWideSums(dictionary) : createNarrowSums(dictionary);
}

/**
 * Whether the values of parts, or any sum of them, may pass 2^53. Totals bound them, since no value
 * is negative: no sample has to be read.
 */
export function needsWideSums(parts: readonly SelectedPart[]): boolean {
  if (selectedTotal(parts) > BigInt(Number.MAX_SAFE_INTEGER)) return true;
  // A total past int64 may look small, but not without a column that became wide for it.
  return parts.some(({ table, type }) => {
    const totals = table.columns.totals[type];
    return totals !== undefined && isWide(totals);
  });
}

function createNarrowSums(dictionary: StackDictionary): StackSums {
  let sums = new Float64Array(dictionary.view().stacks.length + 1);
  let slots: number[] = [];

  function add(slot: number, value: number): void {
    if (slot >= sums.length) {
      const larger = new Float64Array(Math.max(slot + 1, sums.length * 2));
      larger.set(sums);
      sums = larger;
    }
    if (value === 0) return;
    const before = sums[slot] ?? 0;
    if (before === 0) slots.push(slot);
    sums[slot] = before + value;
  }

  return {
    dictionary,
    slots: () => slots,
    at: (slot) => sums[slot] ?? 0,
    add: (slot, value) => add(slot, Number(value)),
    addRows({ table, type, filter }, rows, guard) {
      for (const row of rows) {
        const run = table.samplesOf(row, type);
        const { stack, values, start, end } = run;
        guard.spend(1 + end - start);
        for (let sample = start; sample < end; sample++) {
          const value = Number(values[sample] ?? 0);
          if (value === 0 || filter?.passes(run, sample) === false) continue;
          add((stack[sample] ?? 0) + 1, value);
        }
      }
    },
    clear() {
      for (const slot of slots) sums[slot] = 0;
      slots = [];
    },
  };
}

function createWideSums(dictionary: StackDictionary): StackSums {
  const sums = new Map<number, bigint>();
  const add = (slot: number, value: number | bigint): void => {
    if (BigInt(value) !== 0n) sums.set(slot, (sums.get(slot) ?? 0n) + BigInt(value));
  };
  return {
    dictionary,
    slots: () => sums.keys(),
    at: (slot) => sums.get(slot) ?? 0n,
    add,
    addRows({ table, type, filter }, rows, guard) {
      for (const row of rows) {
        const run = table.samplesOf(row, type);
        const { stack, values, start, end } = run;
        guard.spend(1 + end - start);
        for (let sample = start; sample < end; sample++) {
          const value = values[sample] ?? 0;
          if (filter?.passes(run, sample) === false) continue;
          add((stack[sample] ?? 0) + 1, value);
        }
      }
    },
    clear: () => sums.clear(),
  };
}
