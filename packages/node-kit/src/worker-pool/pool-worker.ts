import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Clock, StopTimer } from '../clock/clock.ts';
import { endThread, type PoolThread } from './end-thread.ts';
import { JobError } from './job-error.ts';
import type { JobOutcome } from './jobs.ts';
import {
  BEGUN_JOB,
  CANCELLED_JOB,
  isWorkerMessage,
  type JobRequest,
  SHARED_BYTES,
  UNREAD_JOB,
  type WorkerMessage,
  type WorkerStart,
} from './messages.ts';
import { wordsOutwards } from './unbroken.ts';

/** A job on its way through the pool. */
export type PoolJob = JobRequest & {
  readonly transfer: readonly ArrayBuffer[];
  /** The first call counts. */
  readonly settle: (outcome: JobOutcome<unknown>) => void;
};

export type WorkerDeath = {
  readonly reason: string;
  /** The job that it ran, or `undefined` when it died idle or before it was ready. */
  readonly whileRunning: PropertyKey | undefined;
  readonly restartMillis: number;
};

export type PoolWorkerParts = {
  readonly workerUrl: URL;
  readonly workerData: unknown;
  readonly resourceLimits: ResourceLimits;
  readonly clock: Clock;
  readonly graceMillis: number;
  readonly startTimeoutMillis: number;
  readonly minBackoffMillis: number;
  readonly maxBackoffMillis: number;
  /** It can take a job now. */
  readonly onIdle: () => void;
  /** It died before it had begun this job. */
  readonly onReturned: (job: PoolJob, reason: string) => void;
  readonly onDied: (death: WorkerDeath) => void;
  readonly onReplaced: () => void;
};

/**
 * One place in the pool. Threads come and go in it:
 *
 *     starting ──► idle ◄──► running ──► winding down        abandoned: nobody waits for the job
 *        ▲           ▲                    │      │
 *        │           └── job has ended ◄──┘      │
 *        ├── replaced ◄── grace is over ◄────────┘
 *        └── backing off ◄── died, from any of them
 */
export type PoolWorker = {
  state(): PoolWorkerState['kind'];
  /** Only when idle. */
  run(job: PoolJob): void;
  /** The job is settled: it gets `graceMillis` to end by itself, then its thread is replaced. */
  abandon(job: PoolJob): void;
  /** Whether it keeps the process alive. */
  setHoldsProcess(holdsProcess: boolean): void;
  /** Resolves when no thread of it is left, or what is left does not end. */
  close(): Promise<void>;
};

export type PoolWorkerState =
  | { readonly kind: 'starting'; readonly thread: PoolThread; readonly stopTimer: StopTimer }
  | { readonly kind: 'idle'; readonly thread: PoolThread }
  | { readonly kind: 'running'; readonly thread: PoolThread; readonly job: PoolJob }
  | {
      readonly kind: 'winding-down';
      readonly thread: PoolThread;
      readonly job: PoolJob;
      readonly stopTimer: StopTimer;
    }
  | { readonly kind: 'backing-off'; readonly stopTimer: StopTimer }
  | { readonly kind: 'closed' };

export function createPoolWorker(parts: PoolWorkerParts): PoolWorker {
  const { clock, onIdle, onReturned, onDied, onReplaced } = parts;
  let holdsProcess = false;
  /** Deaths since a job was answered last. */
  let deaths = 0;
  const ending = new Set<Promise<unknown>>();
  let state: PoolWorkerState = start();

  function start(): PoolWorkerState {
    const thread = startThread(parts);
    const { worker } = thread;
    if (!holdsProcess) worker.unref();
    let uncaught: Error | undefined;
    worker.on('message', (message: unknown) => {
      // What a handler posts of its own is not for the pool.
      if (isWorkerMessage(message)) onMessage(thread, message);
    });
    worker.on('messageerror', (error) => onUnreadable(thread, error));
    // An `exit` always follows.
    worker.on('error', (error) => {
      uncaught = error;
    });
    worker.on('exit', (code) => {
      const reason = uncaught === undefined ? `exit code ${code}` : describe(uncaught);
      died(thread, reason);
    });
    // Longer each time: on a machine that is busy enough, another try within the same time would be
    // thrown away like the last, and cost as much again.
    const timeoutMillis = parts.startTimeoutMillis * 2 ** Math.min(deaths, MAX_DOUBLINGS);
    const stopTimer = clock.after(timeoutMillis, () => {
      died(thread, `not ready after ${timeoutMillis} ms`);
      end(thread);
    });
    return { kind: 'starting', thread, stopTimer };
  }

  function onMessage(thread: PoolThread, message: WorkerMessage): void {
    // The last words of a thread that was replaced.
    if (threadOf(state) !== thread) return;
    switch (message.type) {
      case 'ready':
        if (state.kind !== 'starting') return;
        state.stopTimer();
        becomeIdle(thread);
        return;
      case 'done':
        answered(thread, message.id, { kind: 'done', output: message.output });
        return;
      case 'failed':
        answered(thread, message.id, { kind: 'failed', error: new JobError(message.error) });
        return;
      default:
        message satisfies never;
    }
  }

  function answered(thread: PoolThread, id: number, outcome: JobOutcome<unknown>): void {
    if (state.kind !== 'running' && state.kind !== 'winding-down') return;
    const { job } = state;
    if (job.id !== id) return;
    if (state.kind === 'winding-down') state.stopTimer();
    deaths = 0;
    // Idle first: who waits for the outcome may ask for the next job at once.
    becomeIdle(thread);
    job.settle(outcome);
  }

  /** An answer came that this thread cannot decode. It can only be that of the job that runs. */
  function onUnreadable(thread: PoolThread, error: unknown): void {
    if (threadOf(state) !== thread) return;
    if (state.kind !== 'running' && state.kind !== 'winding-down') return;
    // Before its next job it gives back what the answer holds.
    Atomics.store(thread.jobWords, UNREAD_JOB, state.job.id);
    const message = `the answer could not be read: ${describe(error)}`;
    const failure = new JobError({ name: 'Error', message, stack: undefined, data: undefined });
    answered(thread, state.job.id, { kind: 'failed', error: failure });
  }

  function becomeIdle(thread: PoolThread): void {
    state = { kind: 'idle', thread };
    onIdle();
  }

  function died(thread: PoolThread, reason: string): void {
    if (threadOf(state) !== thread) return;
    const before = state;
    if (before.kind === 'starting' || before.kind === 'winding-down') before.stopTimer();
    deaths++;
    // The first time at once: one bad job is no reason to wait. Then longer and longer, or a worker
    // that cannot even start would take a whole core for trying.
    const restartMillis =
      deaths === 1
        ? 0
        : Math.min(parts.maxBackoffMillis, parts.minBackoffMillis * 2 ** Math.min(deaths - 2, 30));
    state = {
      kind: 'backing-off',
      stopTimer: clock.after(restartMillis, () => {
        state = start();
        onReplaced();
      }),
    };
    const running = before.kind === 'running' ? before.job : undefined;
    onDied({ reason, whileRunning: running?.kind, restartMillis });
    if (running === undefined) return;
    const isBegun = Atomics.load(thread.jobWords, BEGUN_JOB) === running.id;
    // What was transferred went down with the thread.
    if (!isBegun && running.transfer.length === 0) onReturned(running, reason);
    else running.settle({ kind: 'worker-died', reason, isBegun });
  }

  function end(thread: PoolThread): void {
    const ended = endThread(thread, clock).finally(() => ending.delete(ended));
    ending.add(ended);
  }

  function allEnded(): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = clock.after(END_MAX_MILLIS, resolve);
      Promise.all(ending).then(() => {
        stopTimer();
        resolve();
      }, resolve);
    });
  }

  return {
    state: () => state.kind,

    run(job) {
      if (state.kind !== 'idle') throw new Error(`a worker that is ${state.kind} takes no job`);
      const { thread } = state;
      const { id, kind, input, transfer } = job;
      try {
        thread.worker.postMessage({ id, kind, input } satisfies JobRequest, [...transfer]);
      } catch (error) {
        // An input that cannot be cloned. The thread has not heard of it.
        const message = `the input could not be sent: ${describe(error)}`;
        const failure = new JobError({ name: 'Error', message, stack: undefined, data: undefined });
        job.settle({ kind: 'failed', error: failure });
        return;
      }
      state = { kind: 'running', thread, job };
    },

    abandon(job) {
      if (state.kind !== 'running' || state.job !== job) return;
      const { thread } = state;
      Atomics.store(thread.jobWords, CANCELLED_JOB, job.id);
      const stopTimer = clock.after(parts.graceMillis, () => {
        end(thread);
        state = start();
        onReplaced();
      });
      state = { kind: 'winding-down', thread, job, stopTimer };
    },

    setHoldsProcess(holds) {
      holdsProcess = holds;
      const worker = threadOf(state)?.worker;
      if (holds) worker?.ref();
      else worker?.unref();
    },

    async close() {
      const thread = threadOf(state);
      if ('stopTimer' in state) state.stopTimer();
      state = { kind: 'closed' };
      if (thread !== undefined) end(thread);
      await allEnded();
    },
  };
}

/** Of the time to start: sixteen times what was enough elsewhere. */
const MAX_DOUBLINGS = 4;

/**
 * How long a thread may take to end. One that has run out of memory may collect garbage for minutes
 * (Node 24 with small objects); whoever closes the pool does not wait for that.
 */
const END_MAX_MILLIS = 2000;

function startThread({ workerUrl, workerData, resourceLimits }: PoolWorkerParts): PoolThread {
  const jobWords = new Int32Array(new SharedArrayBuffer(SHARED_BYTES));
  const started: WorkerStart = { jobWords, outerWords: wordsOutwards, workerData };
  return { worker: new Worker(workerUrl, { workerData: started, resourceLimits }), jobWords };
}

function threadOf(state: PoolWorkerState): PoolThread | undefined {
  return 'thread' in state ? state.thread : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
