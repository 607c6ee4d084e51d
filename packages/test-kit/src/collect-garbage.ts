import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects all garbage of this thread: twice, and the second time in another turn. What a WeakRef was
 * asked for stays until its turn is over, and buffers are freed on another thread, for which the next
 * collection waits.
 */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('nothing collects garbage');
  collect();
  await new Promise(setImmediate);
  collect();
}
