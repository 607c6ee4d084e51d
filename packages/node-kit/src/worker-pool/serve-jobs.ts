import { parentPort, workerData } from 'node:worker_threads';
import { errorParts } from './job-error.ts';
import type { JobContext, JobHandlers, JobTable } from './jobs.ts';
import {
  BEGUN_JOB,
  CANCELLED_JOB,
  type JobRequest,
  UNREAD_JOB,
  type WorkerMessage,
  type WorkerStart,
} from './messages.ts';

/**
 * The worker's half of a pool. Its entry file calls this once, when it is ready to work:
 *
 *     serveJobs<Jobs>({ gunzip: (bytes) => gunzipSync(bytes), … });
 *
 * Jobs come one at a time: the next when the last has answered.
 */
export function serveJobs<Jobs extends JobTable<Jobs>>(handlers: JobHandlers<Jobs>): void {
  const port = parentPort;
  const { jobWords } = poolStart();
  /** The job that was answered last, until it is known whether the answer was read. */
  let answered = { id: 0, giveBack: () => {} };

  async function answer({ id, kind, input }: JobRequest): Promise<void> {
    Atomics.store(jobWords, BEGUN_JOB, id);
    if (Atomics.load(jobWords, UNREAD_JOB) === answered.id) answered.giveBack();
    answered = { id: 0, giveBack: () => {} };
    const transferred: ArrayBuffer[] = [];
    let giveBack = () => {};
    const context: JobContext = {
      isCancelled: () => Atomics.load(jobWords, CANCELLED_JOB) === id,
      transfer: (...buffers) => void transferred.push(...buffers),
      onUnsent(run) {
        giveBack = run;
      },
    };
    try {
      if (!Object.hasOwn(handlers, kind)) throw new Error(`no handler for "${String(kind)}"`);
      const output = await handlers[kind as keyof Jobs](input, context);
      post({ type: 'done', id, output }, transferred);
      answered = { id, giveBack };
    } catch (error) {
      // Also of an output that cannot be cloned.
      giveBack();
      post({ type: 'failed', id, error: errorParts(error) });
    }
  }

  function post(message: WorkerMessage, transferred: readonly ArrayBuffer[] = []): void {
    // One buffer may hold several arrays of an output, and may be listed once alone.
    port?.postMessage(message, [...new Set(transferred)]);
  }

  port?.on('message', (request: JobRequest) => void answer(request));
  post({ type: 'ready' });
}

/** In a worker: the `workerData` that its pool was created with. */
export function poolWorkerData(): unknown {
  return poolStart().workerData;
}

function poolStart(): WorkerStart {
  // The door: what the pool passes to its own workers.
  const start = workerData as WorkerStart | null;
  if (start?.jobWords === undefined) {
    throw new Error('this is for the entry file of a worker that a pool has started');
  }
  return start;
}
