import { type Clock, createWorkerPool, type JobOutcome } from '@emberscope/node-kit/worker';
import type { Maintenance } from '../store/embedded/writer/maintenance-jobs.ts';
import type { MaintenanceJobs } from './jobs.ts';

/** Its jobs reject with a sentence when they could not be done; nothing has changed then. */
export type MaintenanceThread = Maintenance & { close(): Promise<void> };

/** A day of a large platform is merged in minutes. */
const LONGEST_JOB_MILLIS = 3_600_000;

/** Starts the thread that flushes and merges, of low priority: nobody waits for it. */
export function startMaintenance(clock: Clock): MaintenanceThread {
  const pool = createWorkerPool<MaintenanceJobs>({
    workerUrl: new URL('./maintenance-worker.js', import.meta.url),
    workerCount: 1,
    jobTimeoutMillis: LONGEST_JOB_MILLIS,
    clock,
    // Whoever asked is told.
    onWorkerDied: () => {},
  });
  return {
    flush: async (job) => outputOf(await pool.run('flush', job)),
    merge: async (job) => outputOf(await pool.run('merge', job)),
    close: () => pool.close(0),
  };
}

function outputOf<Output>(done: JobOutcome<Output>): Output {
  switch (done.kind) {
    case 'done':
      return done.output;
    case 'failed':
      throw done.error;
    case 'worker-died':
      throw new Error(`the thread that flushes and merges ended: ${done.reason}`);
    case 'cancelled':
      throw new Error('the server is stopping');
    case 'busy':
    case 'timed-out':
      throw new Error(`flushing and merging take too long: ${done.kind}`);
    default:
      return done satisfies never;
  }
}
