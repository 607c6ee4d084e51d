import type { UnixNanos } from '@emberscope/units';
import { endQuery } from '../../parts/query-guard.ts';
import type { NanosRange } from '../../selection.ts';

/** What one query holds in memory, beyond what is kept for the next one anyway. */
export type QueryBudget = {
  /** Ends the query when it is too much, with a sentence that names its range and its series. */
  take(bytes: number): void;
  /** What the query asks for, as far as it is known. Series are counted when it is too much. */
  describe(range: NanosRange, countSeries: () => number): void;
};

export function createQueryBudget(maxBytes: number): QueryBudget {
  let bytes = 0;
  const asked: { readonly range: NanosRange; countSeries(): number }[] = [];
  return {
    describe(range, countSeries) {
      asked.push({ range, countSeries });
    },
    take(more) {
      bytes += more;
      if (bytes <= maxBytes) return;
      const last = asked.at(-1);
      const seriesCount = asked.reduce((sum, each) => sum + each.countSeries(), 0);
      const what =
        last === undefined
          ? 'the query'
          : `${textOf(last.range.startNanos)} to ${textOf(last.range.endNanos)} of ${seriesCount} series`;
      const mebibytes = Math.floor(maxBytes / 2 ** 20);
      endQuery({
        kind: 'query-too-large',
        reason: `${what} takes more than ${mebibytes} MiB of memory: choose fewer series or a shorter range`,
      });
    },
  };
}

const LAST_NANOS = 8_640_000_000_000_000n * 1_000_000n;

/** The end of an open range is no date. */
function textOf(nanos: UnixNanos): string {
  if (nanos > LAST_NANOS || nanos < 0n) return `${nanos} ns`;
  return new Date(Number(nanos / 1_000_000n)).toISOString();
}
