import { NANOS_PER_MILLI, unixNanos } from '@emberscope/units';
import type { NanosRange } from '../store/selection.ts';

/** The last millisecond of which all nanoseconds fit an int64: in the year 2262. */
const MAX_MILLIS = (2n ** 63n - 1n) / NANOS_PER_MILLI - 1n;

/**
 * From the first nanosecond of a millisecond to the first of another, both included: what ranges of
 * Pyroscope's API are. Clients do send times that no int64 of nanoseconds holds; the ends of time
 * stand for them.
 */
export function nanosRange(startMillis: bigint, endMillis: bigint): NanosRange {
  return {
    startNanos: unixNanos(withinTime(startMillis) * NANOS_PER_MILLI),
    endNanos: unixNanos(withinTime(endMillis) * NANOS_PER_MILLI),
  };
}

/** All of the first and all of the last millisecond: what ranges of our own page are. */
export function wholeMillisRange(startMillis: bigint, endMillis: bigint): NanosRange {
  const { startNanos, endNanos } = nanosRange(startMillis, endMillis);
  return { startNanos, endNanos: unixNanos(endNanos + LAST_NANO_OF_MILLI) };
}

const LAST_NANO_OF_MILLI = NANOS_PER_MILLI - 1n;

/** The beginning and the end of time. */
export const EARLIEST_MILLIS = -MAX_MILLIS;
export const LATEST_MILLIS = MAX_MILLIS;

/** The same time, or the end of time that it lies behind. */
export function withinTime(millis: bigint): bigint {
  return millis > MAX_MILLIS ? MAX_MILLIS : millis < EARLIEST_MILLIS ? EARLIEST_MILLIS : millis;
}
