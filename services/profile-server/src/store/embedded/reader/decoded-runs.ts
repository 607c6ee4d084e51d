import { createDecodedRun, type DecodedRun } from './head-part.ts';

/**
 * Scratch columns that samples are decoded into, one for each part of a query, and the same ones for
 * the next part and the next query: there is only one at a time, and none of its answers holds on to
 * them.
 */
export type DecodedRuns = {
  next(): DecodedRun;
  /** A part needs it no more. */
  giveBack(run: DecodedRun): void;
  /** What the query used is free again, and little of it is kept. */
  endQuery(): void;
};

/** So many are kept for the next query. */
const KEPT_RUNS = 64;
/** Of all of them together: 12 bytes each. */
const KEPT_SAMPLES = 512 * 1024;

export function createDecodedRuns(): DecodedRuns {
  let free: DecodedRun[] = [];
  const inUse = new Set<DecodedRun>();
  return {
    next() {
      const run = free.pop() ?? createDecodedRun();
      inUse.add(run);
      return run;
    },
    giveBack(run) {
      if (inUse.delete(run)) free.push(run);
    },
    endQuery() {
      let samples = 0;
      free = [...free, ...inUse].slice(0, KEPT_RUNS).filter(({ scratch }) => {
        samples += scratch.stack.length;
        return samples <= KEPT_SAMPLES;
      });
      inUse.clear();
    },
  };
}
