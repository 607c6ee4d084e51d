/**
 * Samples of a profile by ascending stack, those of one stack by ascending tracing: which sample
 * stands at each place. Scratch columns that are used again for the next profile.
 */
export type SampleOrder = {
  /** Begins anew, for samples 0 to `sampleCount`. */
  begin(sampleCount: number): void;
  /** Adds a sample; `tracing` is a row or -1. */
  add(sample: number, stack: number, tracing: number): void;
  readonly length: () => number;
  /** After this, `stack`, `tracing` and `sample` have a cell for each place. */
  sort(): void;
  readonly columns: () => OrderColumns;
};

export type OrderColumns = {
  readonly stack: Int32Array;
  readonly tracing: Int32Array;
  readonly sample: Int32Array;
};

const INITIAL_CELLS = 1024;

export function createSampleOrder(): SampleOrder {
  let keys = new Float64Array(INITIAL_CELLS);
  let stack = new Int32Array(INITIAL_CELLS);
  let tracing = new Int32Array(INITIAL_CELLS);
  let sample = new Int32Array(INITIAL_CELLS);
  /** By sample, before the order is known. */
  let tracingOf = new Int32Array(INITIAL_CELLS);
  /** Above all samples: a key is stack * factor + sample, exact below 2^53. */
  let factor = 1;
  let length = 0;
  let isSorted = true;
  let hasTracing = false;

  function sortByTracing(start: number, end: number): void {
    for (let i = start; i < end; i++)
      keys[i] = ((tracing[i] ?? -1) + 1) * factor + (sample[i] ?? 0);
    keys.subarray(start, end).sort();
    for (let i = start; i < end; i++) {
      const of = (keys[i] ?? 0) % factor;
      sample[i] = of;
      tracing[i] = tracingOf[of] ?? -1;
    }
  }

  return {
    begin(sampleCount) {
      factor = 2 ** Math.ceil(Math.log2(Math.max(2, sampleCount)));
      if (keys.length < sampleCount) {
        keys = new Float64Array(factor);
        stack = new Int32Array(factor);
        tracing = new Int32Array(factor);
        sample = new Int32Array(factor);
        tracingOf = new Int32Array(factor);
      }
      length = 0;
      isSorted = true;
      hasTracing = false;
    },
    add(of, stackOf, tracingRow) {
      const key = (stackOf + 1) * factor + of;
      if (length > 0 && key < (keys[length - 1] ?? 0)) isSorted = false;
      keys[length++] = key;
      tracingOf[of] = tracingRow;
      if (tracingRow >= 0) hasTracing = true;
    },
    length: () => length,
    sort() {
      // Typed arrays sort by number without a comparison in JavaScript: ten times as fast.
      if (!isSorted) keys.subarray(0, length).sort();
      for (let i = 0; i < length; i++) {
        const key = keys[i] ?? 0;
        // Exact: the factor is a power of two. The remainder of two doubles takes ten times as long.
        const of = key - Math.floor(key / factor) * factor;
        sample[i] = of;
        stack[i] = (key - of) / factor - 1;
        tracing[i] = tracingOf[of] ?? -1;
      }
      if (!hasTracing) return;
      for (let start = 0; start < length; ) {
        let end = start + 1;
        while (end < length && stack[end] === stack[start]) end++;
        if (end - start > 1) sortByTracing(start, end);
        start = end;
      }
    },
    columns: () => ({ stack, tracing, sample }),
  };
}
