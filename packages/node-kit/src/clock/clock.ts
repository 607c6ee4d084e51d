import type { UnixMillis, UnixNanos } from '@emberscope/units';

/**
 * Time, as something that is passed in. Whoever needs the hour or has to wait takes a `Clock`, so
 * that a test can turn it: `systemClock` is the real one, `createSimClock` the one that moves
 * only when told.
 *
 * Two clocks in one, as in every computer: the **wall** clock is what the world calls now, and it
 * jumps (NTP, a person, a resumed laptop). The **monotonic** clock has no meaning but never goes
 * back. Points that are stored or shown are wall time; every wait, timeout and age is monotonic.
 */
export type Clock = {
  /** The wall clock. It may be less than the last answer. */
  nowMillis(): UnixMillis;
  /** The same in nanoseconds. No clock of ours is finer than a millisecond. */
  nowNanos(): UnixNanos;
  /** Never goes back. Only differences mean something; maybe with a fraction. */
  monotonicMillis(): number;
  /** Rejects with the signal's reason, at once, when it aborts; its timer is gone then. */
  sleep(millis: number, signal?: AbortSignal): Promise<void>;
  /** Runs `run` once, `millis` from now, and never within this call. */
  after(millis: number, run: () => void): StopTimer;
  /** Runs `run` every `periodMillis`, the first time after one period. Runs missed are not made up. */
  every(periodMillis: number, run: () => void): StopTimer;
};

/**
 * Takes a timer back; afterwards its function is not called any more. It may be called twice, and
 * from within that function. As in Node, a timer that nobody stops keeps the process alive.
 */
export type StopTimer = () => void;

type After = Clock['after'];

/** `sleep`, for any clock that has `after`. */
export function sleepBy(after: After, millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = after(millis, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    function onAbort(): void {
      stop();
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** `every`, for any clock that has `after`. The next run is armed first, so `run` may throw. */
export function everyBy(after: After, periodMillis: number, run: () => void): StopTimer {
  if (!(periodMillis > 0))
    throw new RangeError(`a timer every ${periodMillis} ms would never rest`);
  let stop = after(periodMillis, tick);
  let isStopped = false;
  function tick(): void {
    if (isStopped) return;
    stop = after(periodMillis, tick);
    run();
  }
  return () => {
    isStopped = true;
    stop();
  };
}

/** A wait in the past is no wait; a wait that is no number is a mistake of the caller. */
export function checkedDelayMillis(millis: number): number {
  if (Number.isNaN(millis)) throw new RangeError('NaN ms is not a wait');
  return Math.max(0, millis);
}
