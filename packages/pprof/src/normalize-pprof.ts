import {
  type Int64Column,
  type LabelSetTable,
  NO_STACK,
  type Profile,
  pickInt64,
  type SampleColumns,
  type StackTable,
  sumsStayNarrow,
} from '@emberscope/profile';
import { EdgeTable } from './edge-table.ts';
import { BLANK, blankLocations, clearAddresses, firstEqualLocations } from './equal-locations.ts';
import { keepSymbols, type Marks } from './keep-rows.ts';
import { createTextLabelSets } from './text-label-sets.ts';

/**
 * What Pyroscope stores of a profile that it was sent (`Normalize` in its `pkg/pprof/pprof.go`):
 *
 *  - Labels that are numbers are dropped.
 *  - So are samples that have a negative value or only zeros, and those with a location in their
 *    stack that has neither an address nor a line.
 *  - Where a mapping says that its functions are known, addresses of locations with lines are
 *    cleared. Locations that are equal then, or were before, become one.
 *  - Samples of equal stack and labels are added up. A sum that int64 does not hold stays at its
 *    largest value. The order of labels does not count.
 *  - What no sample refers to any more is removed.
 *
 * Rows keep their order, samples that of the first of their kind: the result follows from the
 * profile alone, and normalizing it again changes nothing. Locations in no mapping stay in none:
 * `withStubMapping` is for answers, not for the store.
 */
export function normalizePprof(profile: Profile): Profile {
  const { symbols, samples } = profile;
  const locations = clearAddresses(symbols);
  const firstEqual = firstEqualLocations(locations);

  const isStackWhole = markWholeStacks(profile.stacks, firstEqual);
  const isKept = markCountedSamples(samples);
  for (let i = 0; i < samples.length; i++) {
    if (samples.stack[i] !== NO_STACK && isStackWhole[samples.stack[i]] === 0) isKept[i] = 0;
  }

  const stacks = mergeStacks(
    profile.stacks,
    firstEqual,
    markStacksOf(profile.stacks, samples, isKept),
  );
  const labelSets = createTextLabelSets(profile.labelSets);
  const pairs = new EdgeTable();
  const rowOf = new Int32Array(samples.length).fill(GONE);
  for (let i = 0; i < samples.length; i++) {
    if (isKept[i] === 0) continue;
    const stack = samples.stack[i] === NO_STACK ? NO_STACK : stacks.renamed[samples.stack[i]];
    rowOf[i] = pairs.intern(stack, labelSets.setOf(samples.labels[i]));
  }
  const labels = labelSets.finish();

  const isLocationKept = new Uint8Array(locations.length);
  for (let stack = 0; stack < stacks.edges.length; stack++) {
    isLocationKept[stacks.edges.labels[stack]] = 1;
  }
  const kept = keepSymbols(symbols, locations, isLocationKept, markTexts(labels, symbols.strings));
  const renamedText = (row: number) => kept.strings.renamed[row];
  return {
    ...profile,
    symbols: kept.symbols,
    stacks: {
      length: stacks.edges.length,
      parent: stacks.edges.parents.slice(0, stacks.edges.length),
      location: renamedRows(stacks.edges, kept.locations.renamed),
    },
    labelSets: { ...labels, key: labels.key.map(renamedText), text: labels.text.map(renamedText) },
    samples: {
      length: pairs.length,
      stack: pairs.parents.slice(0, pairs.length),
      labels: pairs.labels.slice(0, pairs.length),
      values: samples.values.map((column) => addUp(column, rowOf, pairs.length)),
    },
  };
}

/**
 * The part of {@link normalizePprof} that a store cannot do for itself: samples that do not count
 * go, and addresses that say nothing are cleared. A store that keeps equal locations and stacks once
 * and adds up equal samples comes to the same, without tables being made that it makes anew.
 */
export function dropUncounted(profile: Profile): Profile {
  const { symbols, samples, stacks } = profile;
  const locations = clearAddresses(symbols);
  const isKept = markCountedSamples(samples);
  const blank = blankLocations(locations);
  const isStackWhole = blank === undefined ? undefined : markWholeStacks(stacks, blank);
  let keptCount = 0;
  for (let i = 0; i < samples.length; i++) {
    const isWhole = samples.stack[i] === NO_STACK || isStackWhole?.[samples.stack[i]] !== 0;
    if (!isWhole) isKept[i] = 0;
    keptCount += isKept[i];
  }
  if (keptCount === samples.length && locations === symbols.locations) return profile;
  return {
    ...profile,
    symbols: { ...symbols, locations },
    samples: keptCount === samples.length ? samples : keepSamples(samples, isKept),
  };
}

function keepSamples(samples: SampleColumns, isKept: Marks): SampleColumns {
  const rows: number[] = [];
  for (let i = 0; i < samples.length; i++) if (isKept[i] === 1) rows.push(i);
  return {
    length: rows.length,
    stack: Int32Array.from(rows, (row) => samples.stack[row]),
    labels: Int32Array.from(rows, (row) => samples.labels[row]),
    values: samples.values.map((column) => pickInt64(column, rows)),
  };
}

/** In a table of new rows: the row has none. */
const GONE = -2;

/** Stacks of which every location says something. */
function markWholeStacks({ length, parent, location }: StackTable, firstEqual: Int32Array): Marks {
  const isWhole = new Uint8Array(length);
  for (let stack = 0; stack < length; stack++) {
    const caller = parent[stack];
    const isCallerWhole = caller === NO_STACK || isWhole[caller] === 1;
    if (isCallerWhole && firstEqual[location[stack]] !== BLANK) isWhole[stack] = 1;
  }
  return isWhole;
}

/** Samples with no negative value and at least one that is not 0. */
function markCountedSamples({ length, values }: SampleColumns): Marks {
  const isCounted = new Uint8Array(length);
  for (const column of values) {
    for (let i = 0; i < length; i++) if (column[i] > 0) isCounted[i] = 1;
  }
  for (const column of values) {
    for (let i = 0; i < length; i++) if (column[i] < 0) isCounted[i] = 0;
  }
  return isCounted;
}

/** The stacks of the samples that are kept, and all of their callers. */
function markStacksOf(
  { length, parent }: StackTable,
  samples: SampleColumns,
  isKept: Marks,
): Marks {
  const isUsed = new Uint8Array(length);
  for (let i = 0; i < samples.length; i++) {
    if (isKept[i] === 1 && samples.stack[i] !== NO_STACK) isUsed[samples.stack[i]] = 1;
  }
  for (let stack = length - 1; stack >= 0; stack--) {
    if (isUsed[stack] === 1 && parent[stack] !== NO_STACK) isUsed[parent[stack]] = 1;
  }
  return isUsed;
}

/** Stacks over the first of equal locations: edges of new callers and old locations. */
function mergeStacks(
  { length, parent, location }: StackTable,
  firstEqual: Int32Array,
  isUsed: Marks,
): { readonly edges: EdgeTable; readonly renamed: Int32Array } {
  const edges = new EdgeTable();
  const renamed = new Int32Array(length).fill(GONE);
  for (let stack = 0; stack < length; stack++) {
    if (isUsed[stack] === 0) continue;
    const caller = parent[stack] === NO_STACK ? NO_STACK : renamed[parent[stack]];
    renamed[stack] = edges.intern(caller, firstEqual[location[stack]]);
  }
  return { edges, renamed };
}

/** The locations of merged stacks under their new rows. */
function renamedRows({ length, labels }: EdgeTable, renamed: Int32Array): Int32Array {
  const rows = new Int32Array(length);
  for (let stack = 0; stack < length; stack++) rows[stack] = renamed[labels[stack]];
  return rows;
}

/** The strings that label sets refer to. */
function markTexts(labels: LabelSetTable, strings: readonly string[]): Marks {
  const isUsed = new Uint8Array(strings.length);
  for (const row of labels.key) isUsed[row] = 1;
  for (const row of labels.text) isUsed[row] = 1;
  return isUsed;
}

const MAX_INT64 = 2n ** 63n - 1n;

/** The sums of a column over the rows that its cells become. */
function addUp(column: Int64Column, rowOf: Int32Array, length: number): Int64Column {
  if (sumsStayNarrow(column)) {
    const sums = new Float64Array(length);
    for (let i = 0; i < rowOf.length; i++)
      if (rowOf[i] !== GONE) sums[rowOf[i]] += Number(column[i]);
    return sums;
  }
  const sums = new BigInt64Array(length);
  for (let i = 0; i < rowOf.length; i++) {
    if (rowOf[i] === GONE) continue;
    const sum = sums[rowOf[i]] + BigInt(column[i]);
    sums[rowOf[i]] = sum > MAX_INT64 ? MAX_INT64 : sum;
  }
  const isNarrow = sums.every((sum) => sum <= BigInt(Number.MAX_SAFE_INTEGER));
  return isNarrow ? Float64Array.from(sums, Number) : sums;
}
