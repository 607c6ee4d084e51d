import { int64At, NO_STACK } from '@emberscope/profile';
import type { MergedTotal } from '../answers.ts';
import type { StackDictionary } from '../dictionary/dictionary.ts';
import type { MergeMode } from '../selection.ts';
import { lastOfSeries, mergeByMode, totalOfSums } from './merge-modes.ts';
import type { QueryGuard } from './query-guard.ts';
import {
  coverageOf,
  inTimeOrder,
  partsOf,
  type SelectedPart,
  selectedTotal,
} from './selected-parts.ts';
import { type StackMarks, stacksWithoutName } from './stack-marks.ts';
import type { StackSums } from './stack-sums.ts';

/** What a merge comes to. Nothing is added up by stack where stacks need not be known. */
export function totalOfMerge(
  parts: readonly SelectedPart[],
  mode: MergeMode,
  guard: QueryGuard,
): MergedTotal {
  switch (mode) {
    case 'sum':
      return { ...sumOf(parts, guard), coverage: coverageOf(parts) };
    case 'last': {
      const newest = partsOf(lastOfSeries(inTimeOrder(parts, guard)));
      return { ...sumOf(newest, guard), coverage: coverageOf(parts) };
    }
    case 'average':
      return mergedTotalOf(mergeByMode(parts, mode, guard), parts, guard);
    default:
      return mode satisfies never;
  }
}

/** What profiles that are merged already come to. */
export function mergedTotalOf(
  merged: readonly StackSums[],
  parts: readonly SelectedPart[],
  guard: QueryGuard,
): MergedTotal {
  let unnamed = 0n;
  for (const sums of merged) {
    const { marks } = stacksWithoutName(sums.dictionary.view(), guard);
    for (const slot of sums.slots()) {
      if (slot === 0 || marks[slot - 1] === 1) unnamed += BigInt(sums.at(slot));
    }
  }
  return { total: totalOfSums(merged), unnamed, coverage: coverageOf(parts) };
}

function sumOf(parts: readonly SelectedPart[], guard: QueryGuard) {
  const marksOf = new Map<StackDictionary, StackMarks>();
  let unnamed = 0n;
  for (const part of parts) {
    const { dictionary } = part.table;
    const marks = marksOf.get(dictionary) ?? stacksWithoutName(dictionary.view(), guard);
    marksOf.set(dictionary, marks);
    unnamed += unnamedIn(part, marks, guard);
  }
  return { total: selectedTotal(parts), unnamed };
}

function unnamedIn(
  { table, type, rows, filter }: SelectedPart,
  { marks }: StackMarks,
  guard: QueryGuard,
): bigint {
  let unnamed = 0n;
  for (const row of rows) {
    const run = table.samplesOf(row, type);
    const { stack, values, start, end } = run;
    guard.spend(1 + end - start);
    for (let sample = start; sample < end; sample++) {
      const ofSample = stack[sample] ?? NO_STACK;
      if (ofSample !== NO_STACK && marks[ofSample] !== 1) continue;
      if (filter?.passes(run, sample) !== false) unnamed += int64At(values, sample);
    }
  }
  return unnamed;
}
