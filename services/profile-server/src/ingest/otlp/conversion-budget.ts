import { formatIecBytes } from '@emberscope/units';
import { Unconvertible } from './unconvertible.ts';

/**
 * What all profiles of an export may become, however large it is: what makes it large may be one text.
 * 16,000 samples of 100 locations that share nothing are 29 MiB, and those that a host of 128 cores
 * sends, of stacks 64 deep that share nothing, 14: there is room for half a dozen such hosts.
 */
const MOST_BYTES = 96 * 1024 * 1024;

/** What a row of a table or a cell of a column costs, whatever it holds. */
export const ROW_BYTES = 16;

/** What the tables of a series cost while there is nothing in them. */
export const SERIES_BYTES = 4096;

/**
 * Series of one export, and profiles that make none. Each becomes a profile of its own, which takes
 * 0.3 ms and 20 kB however little is in it, and the main thread looks at each. A profiler of a large
 * host has some hundreds, one for each service that ran, and a collector puts some hosts together.
 */
const MAX_SERIES = 5_000;

/** What is still left to be spent on one export. */
export type ConversionBudget = { spend(bytes: number): void; countSeries(): void };

/**
 * All profiles of an export share one dictionary, and each profile made of it has a copy of what it
 * refers to: a megabyte could become a terabyte.
 */
export function createConversionBudget(): ConversionBudget {
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
      if (spentBytes > MOST_BYTES) {
        const most = formatIecBytes(MOST_BYTES);
        throw new Unconvertible(`the profiles of the export would take more than ${most}`);
      }
    },
  };
}
