import type { Clock, StopTimer } from '@emberscope/node-kit';

/**
 * When memory that was freed is given back: once there has been nothing to do for a while, and now and
 * then while there is little. What is given back and needed again costs a fault for each page, some 10
 * ms of a core for a hundred megabytes.
 */
export type MemoryReturn = {
  /** Work was begun, or done. */
  touch(): void;
  /** Waits no more. */
  stop(): void;
};

/** Behind the collections of threads that have become idle, which count from the end of their work. */
const IDLE_MILLIS = 17_000;

/** A server that agents push to is never idle. */
const EVERY_MILLIS = 60_000;

/**
 * @param giveBack begins to give memory back
 * @param isBusy whether what is free now will be needed in a moment
 */
export function createMemoryReturn(
  clock: Clock,
  giveBack: () => void,
  isBusy: () => boolean,
): MemoryReturn {
  let touchedMillis = -Infinity;
  let isWaiting = false;
  let isStopped = false;
  let stopWaiting: StopTimer = () => {};

  /** For a rest, and for `untilMillis` where none comes. One timer for all that is done before. */
  function wait(untilMillis: number): void {
    isWaiting = true;
    const now = clock.monotonicMillis();
    stopWaiting = clock.after(Math.min(touchedMillis + IDLE_MILLIS, untilMillis) - now, () => {
      isWaiting = false;
      const later = clock.monotonicMillis();
      const isIdle = later >= touchedMillis + IDLE_MILLIS;
      if (!isIdle && later < untilMillis) return wait(untilMillis);
      if (isIdle || !isBusy()) giveBack();
      if (!isIdle) wait(later + EVERY_MILLIS);
    });
  }

  return {
    touch() {
      touchedMillis = clock.monotonicMillis();
      if (!isWaiting && !isStopped) wait(touchedMillis + EVERY_MILLIS);
    },
    stop() {
      isStopped = true;
      stopWaiting();
    },
  };
}
