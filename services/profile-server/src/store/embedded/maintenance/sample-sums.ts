import { type Int64Column, isWide } from '@emberscope/profile';
import { createByteWriter } from '../codec/byte-writer.ts';
import type { EncodedSamples } from '../codec/log-records.ts';
import { writeStackIds, writeValueColumn } from '../codec/sample-sections.ts';
import type { DecodedSamples } from './decode-samples.ts';
import { stoppedAtInt64 } from './int64-sum.ts';

/**
 * Adds samples of one dictionary up, stack by stack. Sums are doubles until they might pass 2^53,
 * bigints from there on, each type for itself: exact up to 2^63 - 1, where they stop.
 */
export type SampleSums = {
  /** `totals`: the sum of each column, or more. */
  add(samples: DecodedSamples, totals: readonly (number | bigint)[]): void;
  /** Adds up under other numbers: `slotOf` has a cell for each stack. */
  addFolded(
    samples: DecodedSamples,
    totals: readonly (number | bigint)[],
    folded: Int32Array,
  ): void;
  /** What was added up, and begins anew. The bytes are good until the next call. */
  encode(): EncodedSamples;
  clear(): void;
};

/** What the first sample makes room for: most sums are of a few stacks. */
const INITIAL_SLOTS = 64;

export function createSampleSums(typeCount: number): SampleSums {
  /** Slot 0 is for samples without a stack. */
  let capacity = 0;
  let isTouched = new Uint8Array(capacity);
  let touched = new Int32Array(capacity);
  let touchedCount = 0;
  const sums: Int64Column[] = Array.from({ length: typeCount }, () => new Float64Array(capacity));
  /** What the sum of a column can be at most. */
  const bounds = new Float64Array(typeCount);

  let slotScratch = new Int32Array(0);
  const idsOut = createByteWriter();
  const columnsOut = Array.from({ length: typeCount }, () => createByteWriter());

  function reserve(slots: number): void {
    if (slots <= capacity) return;
    capacity = Math.max(INITIAL_SLOTS, 2 * capacity, slots);
    const marks = new Uint8Array(capacity);
    marks.set(isTouched);
    isTouched = marks;
    const list = new Int32Array(capacity);
    list.set(touched.subarray(0, touchedCount));
    touched = list;
    for (const [type, column] of sums.entries()) {
      if (isWide(column)) {
        const larger = new BigInt64Array(capacity);
        larger.set(column);
        sums[type] = larger;
      } else {
        const larger = new Float64Array(capacity);
        larger.set(column);
        sums[type] = larger;
      }
    }
  }

  function widen(type: number): BigInt64Array {
    const narrow = sums[type];
    if (narrow !== undefined && isWide(narrow)) return narrow;
    const wide = new BigInt64Array(capacity);
    for (let i = 0; i < touchedCount; i++) {
      const slot = touched[i] ?? 0;
      wide[slot] = BigInt(narrow?.[slot] ?? 0);
    }
    sums[type] = wide;
    return wide;
  }

  function touch(slot: number): void {
    if (isTouched[slot] === 1) return;
    isTouched[slot] = 1;
    touched[touchedCount++] = slot;
  }

  /** `slots` has a slot for each sample. */
  function addColumns(
    { length, values }: DecodedSamples,
    totals: readonly (number | bigint)[],
    slots: Int32Array,
  ): void {
    for (let i = 0; i < length; i++) touch(slots[i] ?? 0);
    for (let type = 0; type < typeCount; type++) {
      const column = values[type];
      if (column === undefined) continue;
      const bound = (bounds[type] ?? 0) + Number(totals[type] ?? 0);
      bounds[type] = bound;
      const sum = sums[type];
      if (sum !== undefined && !isWide(sum) && !isWide(column) && isSafe(bound)) {
        for (let i = 0; i < length; i++) {
          const slot = slots[i] ?? 0;
          sum[slot] = (sum[slot] ?? 0) + (column[i] ?? 0);
        }
        continue;
      }
      const wide = widen(type);
      for (let i = 0; i < length; i++) {
        const slot = slots[i] ?? 0;
        wide[slot] = stoppedAtInt64((wide[slot] ?? 0n) + BigInt(column[i] ?? 0));
      }
    }
  }

  /** Room for a slot of each sample; what it holds is of the last ones. */
  function slotsFor({ length }: DecodedSamples): Int32Array {
    if (slotScratch.length < length) slotScratch = new Int32Array(2 * length);
    return slotScratch;
  }

  function clear(): void {
    for (const [type, column] of sums.entries()) {
      if (isWide(column)) sums[type] = new Float64Array(capacity);
      else for (let i = 0; i < touchedCount; i++) column[touched[i] ?? 0] = 0;
    }
    for (let i = 0; i < touchedCount; i++) isTouched[touched[i] ?? 0] = 0;
    touchedCount = 0;
    bounds.fill(0);
  }

  return {
    add(samples, totals) {
      const slots = slotsFor(samples);
      reserve(findSlots(samples, slots) + 1);
      addColumns(samples, totals, slots);
    },
    addFolded(samples, totals, folded) {
      const slots = slotsFor(samples);
      reserve(findFoldedSlots(samples, folded, slots) + 1);
      addColumns(samples, totals, slots);
    },
    encode() {
      const slots = touched.subarray(0, touchedCount).sort();
      const stacks = slots.map((slot) => slot - 1);
      idsOut.clear();
      writeStackIds(idsOut, stacks, stacks.length);
      let previous: Int64Column | undefined;
      for (const [type, out] of columnsOut.entries()) {
        const column = pick(sums[type], slots);
        out.clear();
        writeValueColumn(out, column, column.length, previous);
        previous = column;
      }
      clear();
      return {
        ids: idsOut.view(),
        columns: columnsOut.map((out) => out.view()),
        tracing: undefined,
      };
    },
    clear,
  };
}

/*
 * Outside of the closure: V8 takes what a function of one closure calls for what it always calls, and
 * gave its code up two thousand times while a week was flushed.
 */

/** Writes the slot of each sample; returns the largest. */
function findSlots({ length, stack }: DecodedSamples, slots: Int32Array): number {
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const slot = (stack[i] ?? 0) + 1;
    slots[i] = slot;
    if (slot > largest) largest = slot;
  }
  return largest;
}

function findFoldedSlots(
  { length, stack }: DecodedSamples,
  folded: Int32Array,
  slots: Int32Array,
): number {
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const at = stack[i] ?? 0;
    const slot = at < 0 ? 0 : (folded[at] ?? 0) + 1;
    slots[i] = slot;
    if (slot > largest) largest = slot;
  }
  return largest;
}

/** Of a sum of bounds, which may have been rounded itself. */
function isSafe(bound: number): boolean {
  return bound < Number.MAX_SAFE_INTEGER;
}

function pick(column: Int64Column | undefined, slots: Int32Array): Int64Column {
  if (column === undefined) return new Float64Array(slots.length);
  if (!isWide(column)) {
    const picked = new Float64Array(slots.length);
    for (let i = 0; i < slots.length; i++) picked[i] = column[slots[i] ?? 0] ?? 0;
    return picked;
  }
  const picked = new BigInt64Array(slots.length);
  for (let i = 0; i < slots.length; i++) picked[i] = column[slots[i] ?? 0] ?? 0n;
  return picked;
}
