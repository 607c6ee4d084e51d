import {
  type Clock,
  createWorkerPool,
  type JobOutcome,
  type WorkerPool,
} from '@emberscope/node-kit/worker';
import type { Maintenance } from '../store/embedded/writer/maintenance-jobs.ts';
import type { MaintenanceJobs } from './jobs.ts';

/** Its jobs reject with a sentence when they could not be done; nothing has changed then. */
export type MaintenanceThreads = Maintenance & {
  endMerge(): Promise<void>;
  close(): Promise<void>;
};

/** A day of a large platform is merged in minutes. */
const LONGEST_JOB_MILLIS = 3_600_000;

/**
 * Starts the two threads that flush and merge, of low priority: nobody waits for them. With one for
 * both, the log would fill up behind the merge of a large day.
 */
export function startMaintenance(clock: Clock): MaintenanceThreads {
  const flushes = startThread(clock);
  const merges = startThread(clock);
  return {
    flush: async (job) => outputOf(await flushes.run('flush', job)),
    merge: async (job) => outputOf(await merges.run('merge', job)),
    endMerge: () => merges.close(0),
    async close() {
      await Promise.all([flushes.close(0), merges.close(0)]);
    },
  };
}

function startThread(clock: Clock): WorkerPool<MaintenanceJobs> {
  return createWorkerPool<MaintenanceJobs>({
    workerUrl: new URL('./maintenance-worker.js', import.meta.url),
    workerCount: 1,
    jobTimeoutMillis: LONGEST_JOB_MILLIS,
    clock,
    // Whoever asked is told.
    onWorkerDied: () => {},
  });
}

function outputOf<Output>(done: JobOutcome<Output>): Output {
  switch (done.kind) {
    case 'done':
      return done.output;
    case 'failed':
      throw done.error;
    case 'worker-died':
      throw new Error(`a thread that flushes and merges ended: ${done.reason}`);
    case 'cancelled':
      throw new Error('the server is stopping');
    case 'busy':
    case 'timed-out':
      throw new Error(`flushing and merging take too long: ${done.kind}`);
    default:
      return done satisfies never;
  }
}
