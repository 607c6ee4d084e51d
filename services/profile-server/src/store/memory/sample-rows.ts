import { type Int64Column, NO_STACK, type Profile, type StackIndex } from '@emberscope/profile';
import { type GrowableColumn, growableInt32 } from '../dictionary/growable-column.ts';
import { growableInt64 } from '../dictionary/growable-int64.ts';
import {
  createTracingRows,
  NO_TRACING,
  type TracingRows,
  tracingOfLabels,
} from '../parts/tracing-rows.ts';

/**
 * Samples of many profiles, behind one another. `stack`, `tracing` and each of `values` have a cell
 * for each sample.
 */
export type SampleRowColumns = {
  readonly stack: Int32Array;
  /** One column for each sample type; no value is negative. */
  readonly values: readonly Int64Column[];
  /** Rows of the table's tracing; undefined while no sample has a span or a trace. */
  readonly tracing: Int32Array | undefined;
};

export type SampleRows = {
  readonly length: () => number;
  readonly tracing: TracingRows;
  /** Adds the samples that have a value of any type. */
  append(profile: Profile, stackOf: (stack: StackIndex) => StackIndex): void;
  columns(): SampleRowColumns;
  trim(): void;
  readonly bytes: () => number;
};

export function createSampleRows(typeCount: number): SampleRows {
  const stack = growableInt32();
  const values = Array.from({ length: typeCount }, growableInt64);
  const tracing = createTracingRows();
  /** Only once a sample has a span or a trace: most services never send one. */
  let tracingRow: GrowableColumn<Int32Array> | undefined;

  const columnsHeld = () => [stack, tracing, ...values, ...(tracingRow ? [tracingRow] : [])];

  function appendTracing(profile: Profile, isKept: Uint8Array, samplesBefore: number): void {
    const rowOfSet = tracingOfSets(profile);
    if (rowOfSet === undefined && tracingRow === undefined) return;
    if (tracingRow === undefined) {
      tracingRow = growableInt32();
      for (let i = 0; i < samplesBefore; i++) tracingRow.push(NO_TRACING);
    }
    const { labels } = profile.samples;
    for (let i = 0; i < isKept.length; i++) {
      if (isKept[i] === 1) tracingRow.push(rowOfSet?.[labels[i] ?? 0] ?? NO_TRACING);
    }
  }

  /** A row of tracing for each label set of a profile; undefined when none says anything. */
  function tracingOfSets(profile: Profile): Int32Array | undefined {
    let rows: Int32Array | undefined;
    for (let set = 1; set < profile.labelSets.length; set++) {
      const found = tracingOfLabels(profile, set);
      if (found.span === undefined && found.trace === undefined) continue;
      rows ??= new Int32Array(profile.labelSets.length).fill(NO_TRACING);
      rows[set] = tracing.push(found);
    }
    return rows;
  }

  return {
    length: stack.length,
    tracing,
    append(profile, stackOf) {
      const { samples } = profile;
      const isKept = markSamplesWithValue(samples.values, samples.length);
      const samplesBefore = stack.length();
      for (let i = 0; i < isKept.length; i++) {
        if (isKept[i] === 1) stack.push(stackOf(samples.stack[i] ?? NO_STACK));
      }
      for (const [type, column] of samples.values.entries()) {
        const cells = values[type];
        if (cells === undefined) continue;
        for (let i = 0; i < isKept.length; i++) if (isKept[i] === 1) cells.push(column[i] ?? 0);
      }
      appendTracing(profile, isKept, samplesBefore);
    },
    columns: () => ({
      stack: stack.view(),
      values: values.map((column) => column.view()),
      tracing: tracingRow?.view(),
    }),
    trim() {
      for (const column of columnsHeld()) column.trim();
    },
    bytes: () => columnsHeld().reduce((sum, column) => sum + column.bytes(), 0),
  };
}

/** 1 for every sample that has a value of any type. */
function markSamplesWithValue(columns: readonly Int64Column[], length: number): Uint8Array {
  const hasValue = new Uint8Array(length);
  for (const column of columns) {
    // Compared loosely with a number, a bigint counts for what it is.
    for (let i = 0; i < length; i++) if ((column[i] ?? 0) > 0) hasValue[i] = 1;
  }
  return hasValue;
}
