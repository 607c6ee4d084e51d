import { setFlagsFromString } from 'node:v8';

/**
 * How much a heap may grow, with the buffers it holds, until V8 marks all of it again: to three times
 * its size, which is less than V8 allows a busy thread. Once a thread has been idle for some seconds,
 * V8 allows it 8 MiB until there is much more work: the main thread marked its whole heap for every 25
 * flame graphs that passed through it, and a question that takes 2 ms took 60 when it was its turn.
 */
const GROWING_PERCENT = 200;

/** What is V8's own to decide. */
const UNTOLD = 0;

/**
 * For all threads, from their next collection on. While many push it is V8's to decide: heaps that may
 * grow take a tenth more memory then, and collect no less often for it.
 */
export function letHeapsGrow(hasManyPushes: boolean): void {
  setFlagsFromString(`--heap-growing-percent=${hasManyPushes ? UNTOLD : GROWING_PERCENT}`);
}
