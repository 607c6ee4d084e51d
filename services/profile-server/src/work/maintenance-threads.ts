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
 * Two threads that flush and merge, of low priority: nobody waits for them. With one for both, the
 * log would fill up behind the merge of a large day. Each starts with its first job, not with the
 * server, where pushes wait for the cores.
 */
export function createMaintenance(clock: Clock): MaintenanceThreads {
  const flushes = createThread(clock);
  const merges = createThread(clock);
  return {
    flush: async (job) => outputOf(await flushes.pool().run('flush', job)),
    merge: async (job) => outputOf(await merges.pool().run('merge', job)),
    endMerge: merges.close,
    async close() {
      await Promise.all([flushes.close(), merges.close()]);
    },
  };
}

function createThread(clock: Clock) {
  let started: WorkerPool<MaintenanceJobs> | undefined;
  let isClosed = false;
  return {
    pool(): WorkerPool<MaintenanceJobs> {
      if (isClosed) throw new Error('the server is stopping');
      started ??= startThread(clock);
      return started;
    },
    async close(): Promise<void> {
      isClosed = true;
      await started?.close(0);
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
