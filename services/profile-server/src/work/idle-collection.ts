import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock, StopTimer } from '@emberscope/node-kit/worker';

/**
 * Collects a thread's garbage once it has had nothing to do for a while. Threads that read bodies or
 * answer queries leave much of it behind, and V8 keeps it until there is more: hundreds of megabytes
 * of a server at rest.
 */
export type IdleCollection = {
  /** Work was done. */
  touch(): void;
  /** There is garbage that is not of work: collected as soon as if it were, however often it comes. */
  arm(): void;
  /** Now: what was done will not come again. */
  collect(): void;
  /** Waits no more. */
  stop(): void;
};

/** Longer than between two refreshes of a page that is watched. */
const IDLE_MILLIS = 15_000;

/**
 * An idle thread collects `times` in one go: the first collection frees objects and finds out which
 * pages are nearly empty, a second one empties those (6 MB of a thread that has answered queries).
 * Once where a turn may not be long.
 */
export function createIdleCollection(clock: Clock, times = 1): IdleCollection {
  let run: (() => void) | undefined;
  let touchedMillis = -Infinity;
  let isWaiting = false;
  let isStopped = false;
  let stopWaiting: StopTimer = () => {};

  function collect(): void {
    run ??= findCollector();
    run?.();
  }

  /** One timer for all that is done before it is due: one for each job would cost as much as some. */
  function wait(millis: number): void {
    isWaiting = true;
    stopWaiting = clock.after(millis, () => {
      const restMillis = touchedMillis + IDLE_MILLIS - clock.monotonicMillis();
      if (restMillis > 0) return wait(restMillis);
      isWaiting = false;
      for (let i = 0; i < times; i++) collect();
    });
  }

  function arm(): void {
    if (!isWaiting && !isStopped) wait(IDLE_MILLIS);
  }

  return {
    touch() {
      touchedMillis = clock.monotonicMillis();
      arm();
    },
    arm,
    collect,
    stop() {
      isStopped = true;
      stopWaiting();
    },
  };
}

/** The flag is of the process: another thread takes it back between two lines, once in some hundred. */
const TRIES = 100;

/** Node has no call for it; the flag makes one for contexts that are created later. */
function findCollector(): (() => void) | undefined {
  for (let left = TRIES; left > 0; left--) {
    setFlagsFromString('--expose-gc');
    const found: unknown = runInNewContext('globalThis.gc');
    // Threads that start under other flags than the first ones compile what Node has compiled already.
    setFlagsFromString('--no-expose-gc');
    if (typeof found === 'function') return () => void found();
  }
  return undefined;
}
