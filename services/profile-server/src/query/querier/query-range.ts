import { formatGoDuration, formatPrometheusDuration, NANOS_PER_MILLI } from '@emberscope/units';
import type { NanosRange } from '../../store/selection.ts';
import { nanosRange } from '../millis-range.ts';
import type { Query } from '../query.ts';
import { refuseArgument } from '../query-refusal.ts';

/** Times of Pyroscope's API, in ms since the epoch. */
type TimeRange = { readonly start: bigint; readonly end: bigint };

/**
 * The range of a query of Pyroscope's API, both ends included, by its rules and in their order: a
 * time that is 0 is missing; a range before the look-back holds nothing, whatever else is wrong with
 * the query (undefined here); one that begins before it is cut; what is left must not be too long.
 */
export function queryRange({
  request,
  limits,
  nowMillis,
}: Query<TimeRange>): NanosRange | undefined {
  const { maxQueryLookbackMillis, maxQueryLengthMillis } = limits;
  let { start } = request;
  const { end } = request;
  if (start === 0n || end === 0n) refuseArgument('missing time range in the query');
  if (start > end) refuseArgument('query start time is after end time');
  if (maxQueryLookbackMillis > 0) {
    const earliest = BigInt(Math.trunc(nowMillis() - maxQueryLookbackMillis));
    if (end < earliest) return undefined;
    if (start < earliest) start = earliest;
  }
  if (maxQueryLengthMillis > 0 && end - start > BigInt(Math.trunc(maxQueryLengthMillis))) {
    const actual = formatGoDuration((end - start) * NANOS_PER_MILLI);
    const limit = formatPrometheusDuration(
      BigInt(Math.trunc(maxQueryLengthMillis)) * NANOS_PER_MILLI,
    );
    refuseArgument(
      `the query time range exceeds the limit (max_query_length, actual: ${actual}, limit: ${limit})`,
    );
  }
  return nanosRange(start, end);
}
