import { workerData } from 'node:worker_threads';
import { IS_TO_END, UNBROKEN_COUNT, type WorkerStart } from './messages.ts';

/** Of a thread that no pool has started: nothing. */
const start: Partial<WorkerStart> | null = workerData;

/** The words of this thread and of all within which it was started, the outermost last. */
export const wordsOutwards: readonly Int32Array[] =
  start?.jobWords === undefined ? [] : [start.jobWords, ...(start.outerWords ?? [])];

let isUnbroken = false;

/**
 * Runs what a pool must not end this thread in the middle of: the one that started it, or that of a
 * thread further out, with which Node ends it. It is to be short, for they wait
 * (`UNBROKEN_MAX_MILLIS`). Where one of them is ending its thread already, `work` is not begun and this
 * never returns.
 *
 *     the thread, in the words of each       the pool
 *     unbroken count + 1                     is to end = 1
 *     is to end = 1? then count - 1, sleep   unbroken count > 0? then look again in a millisecond
 *     work                                   terminate
 *     unbroken count - 1
 *
 * Both write before they read, and atomics have one order: not each can miss what the other wrote.
 */
export function unbroken<T>(work: () => T): T {
  if (isUnbroken || wordsOutwards.length === 0) return work();
  begin();
  const ending = wordsOutwards.find((words) => Atomics.load(words, IS_TO_END) === 1);
  if (ending !== undefined) {
    end();
    for (;;) Atomics.wait(ending, IS_TO_END, 1);
  }
  try {
    return work();
  } finally {
    end();
  }
}

function begin(): void {
  isUnbroken = true;
  for (const words of wordsOutwards) Atomics.add(words, UNBROKEN_COUNT, 1);
}

function end(): void {
  isUnbroken = false;
  for (const words of wordsOutwards) Atomics.sub(words, UNBROKEN_COUNT, 1);
}
