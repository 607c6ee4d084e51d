import { randomFillSync } from 'node:crypto';
import { type Random, randomFrom } from './random.ts';

/** One call to the cryptographic generator costs as much for 4 bytes as for a few thousand. */
const POOL_WORDS = 1024;

/** An id of every profile is 16: asking the generator for each took 70 µs of a busy thread. */
const FROM_POOL_MAX_BYTES = 64;

const pool = new Uint32Array(POOL_WORDS);
let used = POOL_WORDS;

/** Unpredictable: from the operating system, by way of `node:crypto`. Good for secrets. */
export const systemRandom: Random = {
  ...randomFrom(nextWord),
  bytes: (length) =>
    length % 4 === 0 && length <= FROM_POOL_MAX_BYTES
      ? new Uint8Array(Uint32Array.from({ length: length / 4 }, nextWord).buffer)
      : randomFillSync(new Uint8Array(length)),
};

function nextWord(): number {
  if (used === POOL_WORDS) {
    randomFillSync(pool);
    used = 0;
  }
  const word = pool[used]!;
  // What was handed out must not be found in memory later.
  pool[used++] = 0;
  return word;
}
