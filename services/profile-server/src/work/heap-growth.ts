import { setFlagsFromString } from 'node:v8';

/**
 * How much a heap may grow, with the buffers it holds, until V8 marks all of it again: to four times
 * its size, which is what V8 itself allows at most. Once a thread has been idle for some seconds, it
 * allows 8 MiB until there is much more work: the main thread marked its whole heap for every 25
 * flame graphs that passed through it, and a question that takes 2 ms took 60 when it was its turn.
 */
const GROWING_PERCENT = 300;

/** For all threads, from their next collection on. */
export function letHeapsGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
