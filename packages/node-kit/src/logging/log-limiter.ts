import type { Clock } from '../clock/clock.ts';

export type LogLimiter = {
  /**
   * Calls `write` unless the same key had its line within the interval. `suppressed` is the number
   * of calls that were held back since that line, for its text.
   */
  run(key: string, write: (suppressed: number) => void): void;
};

export type LogLimiterOptions = {
  readonly clock: Clock;
  readonly intervalMillis: number;
};

/**
 * Lets an event that a stranger can cause a thousand times a second write one line per interval and
 * kind. Counters tell how often it really was.
 */
export function createLogLimiter({ clock, intervalMillis }: LogLimiterOptions): LogLimiter {
  const kinds = new Map<string, { lastMillis: number; suppressed: number }>();
  return {
    run(key, write) {
      const nowMillis = clock.monotonicMillis();
      const known = kinds.get(key);
      if (known !== undefined && nowMillis - known.lastMillis < intervalMillis) {
        known.suppressed++;
        return;
      }
      if (known === undefined && kinds.size >= MAX_KINDS) forgetOldest(kinds);
      kinds.delete(key);
      kinds.set(key, { lastMillis: nowMillis, suppressed: 0 });
      write(known?.suppressed ?? 0);
    },
  };
}

/** Kinds come from code, not from clients; this many would be a mistake, and then it stays bounded. */
const MAX_KINDS = 1000;

function forgetOldest(kinds: Map<string, unknown>): void {
  for (const key of kinds.keys()) {
    kinds.delete(key);
    return;
  }
}
