import { NANOS_PER_MILLI, type UnixNanos } from '@emberscope/units';
import type { IngestLimits } from './ingest-limits.ts';

/**
 * Whether a profile's time is one that is taken: in Pyroscope's window, which is open at both ends
 * and told in milliseconds. No time at all means now. The answer is the reason why not.
 */
export function outsideOfWindow(
  timeNanos: UnixNanos,
  labels: string,
  { rejectOlderThanMillis, rejectNewerThanMillis }: IngestLimits,
  nowMillis: number,
): string | undefined {
  if (timeNanos <= 0n) return undefined;
  const timeMillis = Number(timeNanos / NANOS_PER_MILLI);
  const startMillis = rejectOlderThanMillis === 0 ? undefined : nowMillis - rejectOlderThanMillis;
  const endMillis = rejectNewerThanMillis === 0 ? undefined : nowMillis + rejectNewerThanMillis;
  const isEarly = startMillis !== undefined && timeMillis <= startMillis;
  const isLate = endMillis !== undefined && timeMillis >= endMillis;
  if (!isEarly && !isLate) return undefined;
  const starts = startMillis === undefined ? 'with no limit' : `at ${momentText(startMillis)}`;
  const ends = endMillis === undefined ? 'with no limit' : `at ${momentText(endMillis)}`;
  return `profile with labels '${labels}' is outside of ingestion window (profile timestamp: ${momentText(timeMillis)}, the ingestion window starts ${starts} and ends ${ends})`;
}

/** `2026-01-31 12:00:00.000`, in UTC. Times of int64 nanoseconds are all within what a Date holds. */
function momentText(millis: number): string {
  return new Date(millis).toISOString().replace('T', ' ').slice(0, -1);
}
