import {
  type Clock,
  createWorkerPool,
  type WorkerDeath,
  type WorkerPool,
} from '@emberscope/node-kit';
import type { StoreJobs } from './jobs.ts';
import { createOneAtATime } from './one-at-a-time.ts';

/** What the thread is started with. */
export type StoreWorkerOptions = {
  readonly memoryLimitBytes: number;
  /** 0: for ever. */
  readonly retentionMillis: number;
};

export type StoreThread = Pick<WorkerPool<StoreJobs>, 'run' | 'close'>;

/** Pushes and queries that may wait for the thread: as many as the door lets in, and some. */
const MAX_WAITING = 4096;

/** A query ends at its deadline by itself, which is earlier. Nothing here may end the thread. */
const LONGEST_JOB_MILLIS = 3_600_000;

/**
 * Starts the thread that holds the profiles. It is one, since its memory is its own; when it dies
 * another takes its place, and what it held is lost: `onDied` has to say so.
 */
export function startStoreThread(
  workerData: StoreWorkerOptions,
  clock: Clock,
  onDied: (death: WorkerDeath) => void,
): StoreThread {
  const pool = createWorkerPool<StoreJobs>({
    workerUrl: new URL('./store-worker.js', import.meta.url),
    workerCount: 1,
    workerData,
    queueLimit: MAX_WAITING,
    jobTimeoutMillis: LONGEST_JOB_MILLIS,
    // Whoever cancels a query must not cost the others their profiles.
    graceMillis: LONGEST_JOB_MILLIS,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB(workerData.memoryLimitBytes) },
    clock,
    onWorkerDied: onDied,
  });
  // A push waits for the query that runs, and not for a hundred: its client would give up first.
  const queries = createOneAtATime(clock);
  return {
    async run(kind, input, options) {
      if (kind !== 'query') return pool.run(kind, input, options);
      const { signal, timeoutMillis = LONGEST_JOB_MILLIS } = options ?? {};
      const turn = await queries.wait(signal, timeoutMillis);
      switch (turn) {
        case 'mine':
          return pool.run(kind, input, options).finally(queries.next);
        case 'aborted':
          return { kind: 'cancelled', by: 'signal' };
        case 'timed-out':
          return { kind: 'timed-out', where: 'queue', timeoutMillis };
        default:
          return turn satisfies never;
      }
    },
    close: pool.close,
  };
}

/** The profiles' columns lie outside of the heap; strings and maps, and a query's own, lie in it. */
function heapMiB(memoryLimitBytes: number): number {
  return Math.max(512, Math.ceil((2 * memoryLimitBytes) / 1024 ** 2));
}
