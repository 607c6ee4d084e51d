import type { Worker } from 'node:worker_threads';
import type { Clock } from '../clock/clock.ts';
import { IS_TO_END, UNBROKEN_COUNT, type WorkerStart } from './messages.ts';

/** How long a thread may be unbroken: the largest body takes a second to inflate. */
const UNBROKEN_MAX_MILLIS = 10_000;
const LOOK_MILLIS = 1;

/** A thread as the pool starts it, from the outside. */
export type PoolThread = { readonly worker: Worker; readonly jobWords: WorkerStart['jobWords'] };

/**
 * Ends a thread and those that it has started, but none in the middle of what must not be broken: see
 * `unbroken`.
 */
export async function endThread({ worker, jobWords }: PoolThread, clock: Clock): Promise<void> {
  let hasEnded = false;
  worker.once('exit', () => {
    hasEnded = true;
  });
  Atomics.store(jobWords, IS_TO_END, 1);
  const untilMillis = clock.monotonicMillis() + UNBROKEN_MAX_MILLIS;
  // One that died in the middle counts for ever.
  while (
    !hasEnded &&
    Atomics.load(jobWords, UNBROKEN_COUNT) > 0 &&
    clock.monotonicMillis() < untilMillis
  ) {
    await clock.sleep(LOOK_MILLIS);
  }
  await worker.terminate();
}
