import { createWorkerPool } from '../worker-pool/worker-pool.ts';
import type { TestJobs } from './test-jobs.ts';

/** A program that nothing but its jobs keeps alive, and that forgets to close its pool. */
const pool = createWorkerPool<TestJobs>({
  workerUrl: new URL('./test-worker.js', import.meta.url),
  workerCount: 2,
  onWorkerDied: ({ reason }) => console.error(reason),
});
for (let i = 0; i < 2; i++) {
  const outcome = await pool.run('sleep', { millis: 50 });
  console.log(outcome.kind === 'done' ? outcome.output : outcome.kind);
}
