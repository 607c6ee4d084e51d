import { createDictionary, type StackDictionary } from '../dictionary/dictionary.ts';
import { type Translation, translateStacks } from '../dictionary/translate-stacks.ts';
import type { MergeMode } from '../selection.ts';
import { profilesInRows } from './part-table.ts';
import type { QueryGuard } from './query-guard.ts';
import {
  bySeries,
  inTimeOrder,
  partsOf,
  type SelectedPart,
  type SelectedProfile,
} from './selected-parts.ts';
import { createStackSums, needsWideSums, type StackSums } from './stack-sums.ts';

/** What is selected, merged by the mode: sums by stack, for each dictionary that was met. */
export function mergeByMode(
  parts: readonly SelectedPart[],
  mode: MergeMode,
  guard: QueryGuard,
): readonly StackSums[] {
  const addable = partsToSum(parts, mode, guard);
  return addable === undefined ? meansOf(parts, guard) : sumsOf(addable, guard);
}

/** The parts whose profiles a mode adds up as they are; undefined where it does more. */
export function partsToSum(
  parts: readonly SelectedPart[],
  mode: MergeMode,
  guard: QueryGuard,
): readonly SelectedPart[] | undefined {
  switch (mode) {
    case 'sum':
      return parts;
    case 'average':
      return undefined;
    case 'last':
      return partsOf(lastOfSeries(inTimeOrder(parts, guard)));
    default:
      return mode satisfies never;
  }
}

export function totalOfSums(merged: readonly StackSums[]): bigint {
  let total = 0n;
  for (const sums of merged) for (const slot of sums.slots()) total += BigInt(sums.at(slot));
  return total;
}

function sumsOf(parts: readonly SelectedPart[], guard: QueryGuard): readonly StackSums[] {
  const sumsIn = sumsByDictionary(needsWideSums(parts));
  for (const part of parts) {
    sumsIn.of(part.table.dictionary).addRows(part, part.rows, guard);
  }
  return sumsIn.all();
}

/** The newest profile of each series, of profiles in the order of their times. */
export function lastOfSeries(profiles: readonly SelectedProfile[]): SelectedProfile[] {
  return [...bySeries(profiles).values()].flatMap((ofSeries) => ofSeries.slice(-1));
}

/** The mean of each series, rounded for each stack, and the sum of these. */
function meansOf(parts: readonly SelectedPart[], guard: QueryGuard): readonly StackSums[] {
  const isWide = needsWideSums(parts);
  const means = sumsByDictionary(isWide);
  const takeMean = createMeans(isWide, guard);
  for (const profiles of bySeries(inTimeOrder(parts, guard)).values()) {
    guard.spend(profiles.length);
    const rows = partsOf(profiles).map((part) => ({ part, rows: part.rows }));
    takeMean(rows, (dictionary, slot, mean) => means.of(dictionary).add(slot, mean));
  }
  return means.all();
}

/** Profiles of a series in one table. */
export type SeriesRows = {
  readonly part: SelectedPart;
  readonly rows: ArrayLike<number> & Iterable<number>;
};

/** Hands out the mean of each stack that profiles of one series have, rounded, by its slot. */
export type TakeMean = (
  ofSeries: readonly SeriesRows[],
  take: (dictionary: StackDictionary, slot: number, mean: number | bigint) => void,
) => void;

/**
 * Takes means of one series after another; what sums are made in is kept between them. The same
 * stack has other numbers in the dictionaries of other blocks: where a series has profiles in
 * several, its stacks are brought into one before they are rounded.
 */
export function createMeans(isWide: boolean, guard: QueryGuard): TakeMean {
  const scratch = sumsByDictionary(isWide);
  let union: UnionDictionary | undefined;
  return (ofSeries, take) => {
    let profileCount = 0;
    const touched = new Set<StackSums>();
    for (const { part, rows } of ofSeries) {
      profileCount += profilesInRows(part.table.columns, rows);
      const sums = scratch.of(part.table.dictionary);
      sums.addRows(part, rows, guard);
      touched.add(sums);
    }
    const used = [...touched].filter((sums) => !isEmpty(sums));
    const [first, ...others] = used;
    let whole = first;
    if (others.length > 0) {
      union ??= createUnionDictionary();
      whole = scratch.of(union.dictionary);
      touched.add(whole);
      for (const sums of used) {
        for (const slot of sums.slots()) {
          guard.spend(4);
          whole.add(union.slotOf(sums.dictionary, slot), sums.at(slot));
        }
      }
    }
    if (whole !== undefined) {
      for (const slot of whole.slots()) {
        guard.spend(2);
        take(whole.dictionary, slot, meanOf(whole.at(slot), profileCount));
      }
    }
    for (const sums of touched) sums.clear();
  };
}

/** Rounded to the nearest integer, halves up. */
function meanOf(sum: number | bigint, count: number): number | bigint {
  if (typeof sum === 'bigint') return (2n * sum + BigInt(count)) / (2n * BigInt(count));
  const rest = sum % count;
  return (sum - rest) / count + (2 * rest >= count ? 1 : 0);
}

function isEmpty(sums: StackSums): boolean {
  for (const _ of sums.slots()) return false;
  return true;
}

/** A dictionary that stacks of others are brought into, and their slots in it. */
type UnionDictionary = {
  readonly dictionary: StackDictionary;
  slotOf(from: StackDictionary, slot: number): number;
};

function createUnionDictionary(): UnionDictionary {
  const dictionary = createDictionary();
  const translations = new Map<StackDictionary, Translation>();
  return {
    dictionary,
    slotOf(from, slot) {
      if (slot === 0) return 0;
      let translation = translations.get(from);
      if (translation === undefined) {
        translation = translateStacks(from.view(), dictionary);
        translations.set(from, translation);
      }
      return translation.stackOf(slot - 1) + 1;
    },
  };
}

function sumsByDictionary(isWide: boolean) {
  const sumsOfDictionary = new Map<StackDictionary, StackSums>();
  return {
    of(dictionary: StackDictionary): StackSums {
      let sums = sumsOfDictionary.get(dictionary);
      if (sums === undefined) {
        sums = createStackSums(dictionary, isWide);
        sumsOfDictionary.set(dictionary, sums);
      }
      return sums;
    },
    all: (): readonly StackSums[] => [...sumsOfDictionary.values()],
  };
}
