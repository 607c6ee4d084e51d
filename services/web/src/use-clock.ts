import { MILLIS_PER_MINUTE, MILLIS_PER_SECOND } from '@emberscope/units';
import { useEffect, useState } from 'react';
import type { RangeChoice } from './time-range.ts';

/**
 * The server's time, as far as the page knows it: the reader's clock may be wrong by hours, and "last
 * 15 min" would then show nothing.
 */
export type ServerClock = {
  now(): number;
  /** Takes the server's time from an answer that just came. */
  learn(serverNowMillis: number): void;
};

/** Less than this is the way of the answer, not a wrong clock. */
const TOLERATED_MILLIS = 5000;

export function createServerClock(readerNow: () => number): ServerClock {
  let offsetMillis = 0;
  return {
    now: () => readerNow() + offsetMillis,
    learn(serverNowMillis) {
      const offset = serverNowMillis - readerNow();
      offsetMillis = Math.abs(offset) > TOLERATED_MILLIS ? offset : 0;
    },
  };
}

/** How often a live page asks again: what is a moment in five minutes is nothing in a week. */
export function refreshMillis(range: RangeChoice): number {
  const minutes = range.kind === 'last' ? range.minutes : Number.POSITIVE_INFINITY;
  if (minutes <= 15) return 10 * MILLIS_PER_SECOND;
  return minutes <= 180 ? 30 * MILLIS_PER_SECOND : MILLIS_PER_MINUTE;
}

/** "Now" for the page's questions: it moves while the page is live and looked at, and on refresh. */
export function useNow(
  clock: ServerClock,
  isMoving: boolean,
  everyMillis: number,
): readonly [nowMillis: number, refresh: () => void] {
  const [nowMillis, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (!isMoving) return;
    const move = () => {
      if (!document.hidden) setNow(clock.now());
    };
    const timer = setInterval(move, everyMillis);
    document.addEventListener('visibilitychange', move);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', move);
    };
  }, [clock, isMoving, everyMillis]);
  return [nowMillis, () => setNow(clock.now())];
}
