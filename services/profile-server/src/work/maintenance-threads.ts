import {
  type Clock,
  createWorkerPool,
  type JobOutcome,
  type StopTimer,
  type WorkerPool,
} from '@emberscope/node-kit/worker';
import type { Maintenance } from '../store/embedded/writer/maintenance-jobs.ts';
import type { MaintenanceJobs } from './jobs.ts';
import { YOUNG_GENERATION } from './young-generation.ts';

/** Its jobs reject with a sentence when they could not be done; nothing has changed then. */
export type MaintenanceThreads = Maintenance & {
  endMerge(): Promise<void>;
  close(): Promise<void>;
};

/** A day of a large platform is merged in minutes. */
const LONGEST_JOB_MILLIS = 3_600_000;

/**
 * Jobs follow upon one another, then none comes for an hour: a thread that waited for it would hold
 * on to 50 MB, and one is started in a tenth of a second.
 */
const IDLE_MILLIS = 5_000;

/**
 * Two threads that flush and merge, of low priority: nobody waits for them. With one for both, the
 * log would fill up behind the merge of a large day. Each is there while it has something to do.
 */
export function createMaintenance(clock: Clock): MaintenanceThreads {
  const flushes = createThread(clock);
  const merges = createThread(clock);
  return {
    flush: (job) => flushes.run('flush', job),
    merge: (job) => merges.run('merge', job),
    endMerge: merges.close,
    async close() {
      await Promise.all([flushes.close(), merges.close()]);
    },
  };
}

function createThread(clock: Clock) {
  let pool: WorkerPool<MaintenanceJobs> | undefined;
  let running = 0;
  let isClosed = false;
  let stopTimer: StopTimer = () => {};

  function endWhenIdle(): void {
    if (running > 0 || isClosed) return;
    stopTimer = clock.after(IDLE_MILLIS, () => {
      void pool?.close(0);
      pool = undefined;
    });
  }

  return {
    async run<Kind extends keyof MaintenanceJobs>(
      kind: Kind,
      job: MaintenanceJobs[Kind]['input'],
    ): Promise<MaintenanceJobs[Kind]['output']> {
      if (isClosed) throw new Error('the server is stopping');
      stopTimer();
      pool ??= startThread(clock);
      running++;
      const done = await pool.run(kind, job);
      running--;
      endWhenIdle();
      return outputOf(done);
    },
    async close(): Promise<void> {
      isClosed = true;
      stopTimer();
      await pool?.close(0);
    },
  };
}

function startThread(clock: Clock): WorkerPool<MaintenanceJobs> {
  return createWorkerPool<MaintenanceJobs>({
    workerUrl: new URL('./maintenance-worker.js', import.meta.url),
    workerCount: 1,
    jobTimeoutMillis: LONGEST_JOB_MILLIS,
    resourceLimits: YOUNG_GENERATION,
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
