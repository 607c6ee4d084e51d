import { formatIecBytes } from '@emberscope/units';
import { Unconvertible } from './unconvertible.ts';

/** How many times its own size an export may become, and what a small one may. */
const GROWTH = 4;
const SMALL_BYTES = 64 * 1024 * 1024;

/**
 * A large message gets no more: what makes it large may be one text, and what the rest spends are
 * seconds and gigabytes. As many parts as an export may have are 4 to 20 MB.
 */
const MOST_BYTES = 192 * 1024 * 1024;

/** What a row of a table or a cell of a column costs, whatever it holds. */
export const ROW_BYTES = 16;

/** What the tables of a series cost while there is nothing in them. */
export const SERIES_BYTES = 4096;

/**
 * Series of one export, and profiles that make none. Each becomes a profile of its own, which takes
 * 0.2 ms and 20 kB however little is in it, and the main thread looks at each. A profiler of a large
 * host has some hundreds, one for each service that ran, and a collector puts some hosts together.
 */
const MAX_SERIES = 5_000;

/** What is still left to be spent on one export. */
export type ConversionBudget = { spend(bytes: number): void; countSeries(): void };

/**
 * All profiles of an export share one dictionary, and each profile made of it has a copy of what it
 * refers to: a megabyte could become a terabyte. So memory and work are bound to the size of the
 * message.
 */
export function createConversionBudget(messageBytes: number): ConversionBudget {
  const mostBytes = Math.min(MOST_BYTES, SMALL_BYTES + GROWTH * messageBytes);
  let spentBytes = 0;
  let series = 0;
  return {
    countSeries() {
      series++;
      if (series > MAX_SERIES) {
        throw new Unconvertible(`more than ${MAX_SERIES} series in one export`);
      }
    },
    spend(bytes) {
      spentBytes += bytes;
      if (spentBytes > mostBytes) {
        const most = formatIecBytes(mostBytes);
        throw new Unconvertible(`the profiles of the export would take more than ${most}`);
      }
    },
  };
}
