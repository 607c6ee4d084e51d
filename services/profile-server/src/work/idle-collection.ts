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
  /** Now: what was done will not come again. */
  collect(): void;
};

/** Longer than between two refreshes of a page that is watched. */
const IDLE_MILLIS = 15_000;

export function createIdleCollection(clock: Clock): IdleCollection {
  let run: (() => void) | undefined;
  let stop: StopTimer | undefined;

  function collect(): void {
    run ??= collector();
    run();
  }

  return {
    touch() {
      stop?.();
      stop = clock.after(IDLE_MILLIS, collect);
    },
    collect,
  };
}

/** Node has no call for it; the flag makes one for contexts that are created later. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  return typeof found === 'function' ? () => void found() : () => {};
}
