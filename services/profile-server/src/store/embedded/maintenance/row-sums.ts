import type { LevelRow } from '../segment/level-writer.ts';
import { stoppedAtInt64 } from './int64-sum.ts';

const NO_ID = new Uint8Array(0);

/** Adds rows of one stream up into the row of their sum, but for their samples. */
export type RowSums = {
  readonly profileCount: () => number;
  /** Rows come in the order of their times. */
  add(row: LevelRow): void;
  /** The sum of what came since the last call. */
  take(): LevelRow;
};

export function createRowSums(typeCount: number): RowSums {
  let first: LevelRow | undefined;
  let profileCount = 0;
  let totals: (number | bigint)[] = [];
  let largest: (number | bigint)[] = [];
  let durationNanos: number | bigint = 0;
  let period: number | bigint = 0;
  return {
    profileCount: () => profileCount,
    add(row) {
      if (first === undefined) {
        first = row;
        totals = new Array<number | bigint>(typeCount).fill(0);
        largest = new Array<number | bigint>(typeCount).fill(0);
        durationNanos = 0;
        period = row.period;
      }
      profileCount += row.profileCount;
      for (let type = 0; type < typeCount; type++) {
        totals[type] = addExactly(totals[type] ?? 0, row.totals[type] ?? 0);
        const largestOfRow = row.largest[type] ?? 0;
        if (largestOfRow > (largest[type] ?? 0)) largest[type] = largestOfRow;
      }
      durationNanos = addExactly(durationNanos, row.durationNanos);
      if (row.period > period) period = row.period;
    },
    take() {
      if (first === undefined) throw new Error('no row was added up');
      const { stream, timeMillis, timeNanosOnTop, remarks } = first;
      const sum = {
        ...{ stream, timeMillis, timeNanosOnTop, remarks, profileCount },
        ...{ totals, largest, durationNanos, period, id: NO_ID, arrival: 0 },
      };
      first = undefined;
      profileCount = 0;
      return sum;
    },
  };
}

/** Of 64-bit integers; beyond what those can be, the sum stops. */
function addExactly(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return stoppedAtInt64(BigInt(a) + BigInt(b));
}
