import { nanosFromMillis, unixMillis } from '@emberscope/units';
import { type Clock, checkedDelayMillis, everyBy, type StopTimer, sleepBy } from './clock.ts';

/**
 * The longest wait Node's timers know, 24.8 days: `setTimeout` runs anything longer after 1 ms.
 * Longer waits are made of several.
 */
const TIMER_MAX_MILLIS = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMillis: () => unixMillis(Date.now()),
  nowNanos: () => nanosFromMillis(systemClock.nowMillis()),
  monotonicMillis: () => performance.now(),
  sleep: (millis, signal) => sleepBy(after, millis, signal),
  after,
  every: (periodMillis, run) => everyBy(after, periodMillis, run),
};

function after(millis: number, run: () => void): StopTimer {
  const dueMillis = performance.now() + checkedDelayMillis(millis);
  let timer = arm(checkedDelayMillis(millis));

  function arm(restMillis: number): NodeJS.Timeout | undefined {
    // A wait without end is a timer that is never armed: nothing to keep the process alive for.
    if (restMillis === Number.POSITIVE_INFINITY) return undefined;
    return restMillis > TIMER_MAX_MILLIS
      ? setTimeout(() => {
          timer = arm(Math.max(0, dueMillis - performance.now()));
        }, TIMER_MAX_MILLIS)
      : setTimeout(run, restMillis);
  }
  return () => clearTimeout(timer);
}
