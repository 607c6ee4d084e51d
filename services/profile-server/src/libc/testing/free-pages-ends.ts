import { setTimeout as sleep } from 'node:timers/promises';
import { createWorkerPool, systemClock } from '@emberscope/node-kit';
import type { FreePagesJobs } from './free-pages-worker.ts';

/* A program: ends thread after thread while each gives memory back for the first time. */

/** Loading what it is called with takes some 10 ms, and that is what is to be met. */
const MOST_MILLIS = 12;

for (let millis = 0; millis < MOST_MILLIS; millis += 0.5) {
  const pool = createWorkerPool<FreePagesJobs>({
    workerUrl: new URL('./free-pages-worker.js', import.meta.url),
    workerCount: 1,
    clock: systemClock,
    onWorkerDied: () => {},
  });
  await pool.run('nothing', undefined);
  const given = pool.run('giveBack', undefined);
  await sleep(millis);
  await pool.close(0);
  await given;
}
console.log('all ended');
