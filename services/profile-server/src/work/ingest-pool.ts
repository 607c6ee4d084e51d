import { availableParallelism } from 'node:os';
import {
  type Clock,
  createWorkerPool,
  type WorkerDeath,
  type WorkerPool,
} from '@emberscope/node-kit';
import type { IngestJobs } from './jobs.ts';
import { giveBackProfiles } from './packed-series.ts';
import { YOUNG_GENERATION } from './young-generation.ts';

export type IngestPool = WorkerPool<IngestJobs>;

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

/** Starts the threads that read what agents send: one for each core but those of the door and the store. */
export function startIngestPool(clock: Clock, onDied: (death: WorkerDeath) => void): IngestPool {
  const workerCount = Math.max(1, availableParallelism() - 2);
  const ringBytes = Math.max(RING_MIN_BYTES, RINGS_BYTES / workerCount);
  return createWorkerPool<IngestJobs>({
    workerUrl: new URL('./ingest-worker.js', import.meta.url),
    workerCount,
    workerData: { ringBytes: Math.floor(ringBytes) } satisfies IngestThreadOptions,
    queueLimit: MAX_WAITING,
    jobTimeoutMillis: LONGEST_JOB_MILLIS,
    resourceLimits: YOUNG_GENERATION,
    clock,
    onWorkerDied: onDied,
    onUnclaimed: giveBackUnclaimed,
  });
}

/** Its client has gone meanwhile. */
function giveBackUnclaimed(output: IngestJobs[keyof IngestJobs]['output']): void {
  if (output.kind === 'profiles') giveBackProfiles(output.profiles);
}
