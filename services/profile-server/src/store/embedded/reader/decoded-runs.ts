import { createDecodedRun, type DecodedRun } from './head-part.ts';

/**
 * Scratch columns that samples are decoded into, one for each part of a query, and the same ones for
 * the next query: there is only one at a time, and none of its answers holds on to them.
 */
export type DecodedRuns = {
  /** What the query used is free again, and little of it is kept. */
  endQuery(): void;
  next(): DecodedRun;
};

/** More parts than that are decoded into columns of their own. */
const KEPT_RUNS = 64;
/** Of all of them together: 12 bytes each. */
const KEPT_SAMPLES = 512 * 1024;

export function createDecodedRuns(): DecodedRuns {
  let kept: DecodedRun[] = [];
  let used = 0;
  return {
    endQuery() {
      let samples = 0;
      kept = kept.filter(({ scratch }) => {
        samples += scratch.stack.length;
        return samples <= KEPT_SAMPLES;
      });
      used = 0;
    },
    next() {
      const known = kept[used];
      if (known !== undefined) {
        used++;
        return known;
      }
      const run = createDecodedRun();
      if (kept.length < KEPT_RUNS) {
        kept.push(run);
        used++;
      }
      return run;
    },
  };
}
