import { availableParallelism } from 'node:os';
import {
  type Clock,
  createWorkerPool,
  type WorkerDeath,
  type WorkerPool,
} from '@emberscope/node-kit';
import type { IngestJobs } from './jobs.ts';
import { YOUNG_GENERATION } from './young-generation.ts';

export type IngestPool = WorkerPool<IngestJobs>;

/** Bodies that may wait for a thread: the door lets no more in than this. */
const MAX_WAITING = 4096;

/** A body of 256 MiB, inflated and read at 100 MB/s, needs some seconds. */
const LONGEST_JOB_MILLIS = 30_000;

/** Starts the threads that read what agents send: one for each core but those of the door and the store. */
export function startIngestPool(clock: Clock, onDied: (death: WorkerDeath) => void): IngestPool {
  return createWorkerPool<IngestJobs>({
    workerUrl: new URL('./ingest-worker.js', import.meta.url),
    workerCount: Math.max(1, availableParallelism() - 2),
    queueLimit: MAX_WAITING,
    jobTimeoutMillis: LONGEST_JOB_MILLIS,
    resourceLimits: YOUNG_GENERATION,
    clock,
    onWorkerDied: onDied,
  });
}
