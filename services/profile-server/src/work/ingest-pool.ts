import { availableParallelism } from 'node:os';
import {
  type Clock,
  createWorkerPool,
  type WorkerDeath,
  type WorkerPool,
  type WorkerPoolStats,
} from '@emberscope/node-kit';
import type { IngestJobs } from './jobs.ts';
import { giveBackProfiles } from './packed-series.ts';
import { YOUNG_GENERATION } from './young-generation.ts';

export type IngestPool = Pick<WorkerPool<IngestJobs>, 'run' | 'close'> & {
  /** Jobs that a thread has, and such as wait for one. */
  stats(): Pick<WorkerPoolStats, 'busy' | 'queued'>;
};

/** What a thread is started with. */
export type IngestThreadOptions = { readonly ringBytes: number };

/**
 * Profiles on their way to the store, of all threads: some 200 to 400 kB each as columns, and a batch
 * of them is being stored while the next one gathers. Where it is full they get buffers of their own,
 * which costs more and is no less right.
 */
const RINGS_BYTES = 32 * 1024 * 1024;
const RING_MIN_BYTES = 2 * 1024 * 1024;

/** Bodies that may wait for a thread: the door lets no more in than this. */
const MAX_WAITING = 4096;

/** A body of 256 MiB, inflated and read at 100 MB/s, needs some seconds. */
const LONGEST_JOB_MILLIS = 30_000;

/** Recordings of some minutes, on their way to the store. */
const RECORDINGS_RING_BYTES = 8 * 1024 * 1024;
/** Each has a heap that stays, and recordings are few. */
const RECORDINGS_MAX_THREADS = 4;

/**
 * Starts the threads that read what agents send: one for each core but those of the door and the store.
 *
 * Recordings of Java have threads of their own, half as many and few, which start with the first of
 * them: an honest one of 50 MB takes two seconds and cannot be read in pieces, and on two cores all
 * else would wait behind it.
 */
export function startIngestPool(
  clock: Clock,
  onDied: (death: WorkerDeath) => void,
  cores = availableParallelism(),
): IngestPool {
  const workerCount = Math.max(1, cores - 2);
  const pool = startThreads(workerCount, Math.floor(RINGS_BYTES / workerCount));
  let recordings: WorkerPool<IngestJobs> | undefined;
  let isClosed = false;

  function startThreads(count: number, ringBytes: number): WorkerPool<IngestJobs> {
    return createWorkerPool<IngestJobs>({
      workerUrl: new URL('./ingest-worker.js', import.meta.url),
      workerCount: count,
      workerData: {
        ringBytes: Math.max(RING_MIN_BYTES, ringBytes),
      } satisfies IngestThreadOptions,
      queueLimit: MAX_WAITING,
      jobTimeoutMillis: LONGEST_JOB_MILLIS,
      resourceLimits: YOUNG_GENERATION,
      clock,
      onWorkerDied: onDied,
      onUnclaimed: giveBackUnclaimed,
    });
  }

  return {
    run(kind, input, options) {
      if (isClosed || !isRecording(input)) return pool.run(kind, input, options);
      const count = Math.min(RECORDINGS_MAX_THREADS, Math.ceil(workerCount / 2));
      recordings ??= startThreads(count, RECORDINGS_RING_BYTES);
      return recordings.run(kind, input, options);
    },
    stats() {
      const [one, other] = [pool.stats(), recordings?.stats()];
      return {
        busy: one.busy + (other?.busy ?? 0),
        queued: one.queued + (other?.queued ?? 0),
      };
    },
    async close(deadlineMillis) {
      isClosed = true;
      await Promise.all([pool.close(deadlineMillis), recordings?.close(deadlineMillis)]);
    },
  };
}

function isRecording(input: IngestJobs[keyof IngestJobs]['input']): boolean {
  return 'params' in input && input.params.format === 'jfr';
}

/** Its client has gone meanwhile. */
function giveBackUnclaimed(output: IngestJobs[keyof IngestJobs]['output']): void {
  if (output.kind === 'profiles') giveBackProfiles(output.profiles);
}
