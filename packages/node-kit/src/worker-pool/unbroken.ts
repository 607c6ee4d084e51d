import { workerData } from 'node:worker_threads';
import { IS_TO_END, IS_UNBROKEN, type WorkerStart } from './messages.ts';

/** The words that the pool shares with this thread; undefined in a thread that no pool has started. */
const jobWords = (workerData as Partial<WorkerStart> | null)?.jobWords;

/**
 * Runs what the pool must not end this thread in the middle of. It is to be short, for the pool waits
 * (`UNBROKEN_MAX_MILLIS`). Where the pool wants to end the thread already, `work` is not begun and
 * this never returns.
 *
 *     the thread                             the pool
 *     is unbroken = 1                        is to end = 1
 *     is to end = 1? then 0, and sleep       is unbroken = 1? then look again in a millisecond
 *     work                                   terminate
 *     is unbroken = 0
 *
 * Both write before they read, and atomics have one order: not each can miss what the other wrote.
 */
export function unbroken<T>(work: () => T): T {
  if (jobWords === undefined || Atomics.load(jobWords, IS_UNBROKEN) === 1) return work();
  Atomics.store(jobWords, IS_UNBROKEN, 1);
  try {
    if (Atomics.load(jobWords, IS_TO_END) === 1) {
      Atomics.store(jobWords, IS_UNBROKEN, 0);
      Atomics.wait(jobWords, IS_TO_END, 1);
    }
    return work();
  } finally {
    Atomics.store(jobWords, IS_UNBROKEN, 0);
  }
}
