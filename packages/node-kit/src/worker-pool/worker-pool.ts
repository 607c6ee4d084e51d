import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';
import type { Clock, StopTimer } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import type { CancelSignal, JobOutcome, JobOutcomeKind, JobTable } from './jobs.ts';
import {
  createPoolWorker,
  type PoolJob,
  type PoolWorker,
  type WorkerDeath,
} from './pool-worker.ts';

export type WorkerPoolOptions<Jobs extends JobTable<Jobs>> = {
  /** The compiled entry file, which calls `serveJobs`: `new URL('./worker.js', import.meta.url)`. */
  readonly workerUrl: URL;
  /** Default: one for each core but the main thread's, and at least one. */
  readonly workerCount?: number;
  /** Jobs that may wait for a worker; more are `busy`. Default 64. 0: none waits. */
  readonly queueLimit?: number;
  /** How long a job may wait for a worker. Default 30,000. */
  readonly queueTimeoutMillis?: number;
  /** How long a job may run. Default 60,000. */
  readonly jobTimeoutMillis?: number;
  /**
   * How long a job that was cancelled or timed out may go on before its thread is replaced. Default
   * 500.
   */
  readonly graceMillis?: number;
  /**
   * How long a thread may take to call `serveJobs`. Default 30,000; twice as long with each that dies
   * before any has answered a job, up to sixteen times.
   */
  readonly startTimeoutMillis?: number;
  /**
   * A thread that died is replaced at once; the next that dies before it has answered any job after
   * this time, then after twice that, up to the largest. Defaults 100 and 5,000.
   */
  readonly minBackoffMillis?: number;
  readonly maxBackoffMillis?: number;
  /** Memory of each thread. Default: Node's, which is about that of a process. */
  readonly resourceLimits?: ResourceLimits;
  /** Cloned for each thread, which finds it by `poolWorkerData()`. */
  readonly workerData?: unknown;
  /**
   * To log: a thread that dies before it has a job tells nobody else. One that was replaced after
   * its grace did not die.
   */
  readonly onWorkerDied: (death: WorkerDeath) => void;
  /** What a job has made that was cancelled or timed out meanwhile: to give back what it holds. */
  readonly onUnclaimed?: (output: Unclaimed<Jobs>) => void;
  readonly clock?: Clock;
};

export type RunOptions = {
  readonly signal?: CancelSignal;
  /** Buffers of the input that change hands. Here they are then empty, whatever the outcome. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Instead of the pool's `jobTimeoutMillis`. */
  readonly timeoutMillis?: number;
};

/**
 * Threads for work that would block the event loop. One job runs on each at a time, the others wait
 * in the order they came. Sending is cloning, on the calling thread: transfer what is large.
 */
export type WorkerPool<Jobs extends JobTable<Jobs>> = {
  /** Never rejects. The outcome of a cancelled job comes at once, not when its worker has noticed. */
  run<K extends keyof Jobs>(
    kind: K,
    input: Jobs[K]['input'],
    options?: RunOptions,
  ): Promise<JobOutcome<Jobs[K]['output']>>;
  stats(): WorkerPoolStats;
  /**
   * Takes no more jobs, lets those it has come to an end for up to `deadlineMillis` (default 5,000;
   * 0: not at all), cancels the rest and ends all threads. Resolves when none is left.
   */
  close(deadlineMillis?: number): Promise<void>;
};

export type WorkerPoolStats = {
  readonly workers: number;
  /** Running a job, or winding down from one that nobody waits for. */
  readonly busy: number;
  readonly idle: number;
  /** Not there yet, or not there again yet. */
  readonly starting: number;
  readonly queued: number;
  /** Threads started in place of others since the pool began. */
  readonly replaced: number;
  readonly died: number;
  readonly outcomes: { readonly [K in JobOutcomeKind]: number };
};

const DEFAULT_QUEUE_LIMIT = 64;
const DEFAULT_QUEUE_TIMEOUT_MILLIS = 30_000;
const DEFAULT_JOB_TIMEOUT_MILLIS = 60_000;
const DEFAULT_GRACE_MILLIS = 500;
const DEFAULT_START_TIMEOUT_MILLIS = 30_000;
const DEFAULT_MIN_BACKOFF_MILLIS = 100;
/** Short: while all places back off nothing is done, and jobs that kill threads may be an attack. */
const DEFAULT_MAX_BACKOFF_MILLIS = 5000;
const DEFAULT_CLOSE_DEADLINE_MILLIS = 5000;

/** A thread that dies after it has said it is ready, and before it has begun: once is bad luck. */
const MAX_RETURNS = 3;

/** Ids are int32, in words of shared memory, and 0 is none. */
const MAX_JOB_ID = 2 ** 31 - 1;

export function createWorkerPool<Jobs extends JobTable<Jobs>>(
  options: WorkerPoolOptions<Jobs>,
): WorkerPool<Jobs> {
  const clock = options.clock ?? systemClock;
  const queueLimit = options.queueLimit ?? DEFAULT_QUEUE_LIMIT;
  const queueTimeoutMillis = options.queueTimeoutMillis ?? DEFAULT_QUEUE_TIMEOUT_MILLIS;
  const jobTimeoutMillis = options.jobTimeoutMillis ?? DEFAULT_JOB_TIMEOUT_MILLIS;
  const workerCount = options.workerCount ?? Math.max(1, availableParallelism() - 1);
  if (!(workerCount >= 1)) throw new RangeError(`a pool of ${workerCount} workers does nothing`);

  const outcomes: { [K in JobOutcomeKind]: number } = {
    done: 0,
    failed: 0,
    busy: 0,
    cancelled: 0,
    'timed-out': 0,
    'worker-died': 0,
  };
  let replaced = 0;
  let died = 0;
  let lastId = 0;
  /** In the order of coming; those that came back from a thread that died are ahead of all. */
  const queue = new Set<Job>();
  const returned = new Set<Job>();
  const unsettled = new Set<Job>();
  let closed: Promise<void> | undefined;
  let onDrained: (() => void) | undefined;

  const workers = Array.from({ length: workerCount }, () =>
    createPoolWorker({
      workerUrl: options.workerUrl,
      workerData: options.workerData,
      resourceLimits: options.resourceLimits ?? {},
      clock,
      graceMillis: options.graceMillis ?? DEFAULT_GRACE_MILLIS,
      startTimeoutMillis: options.startTimeoutMillis ?? DEFAULT_START_TIMEOUT_MILLIS,
      minBackoffMillis: options.minBackoffMillis ?? DEFAULT_MIN_BACKOFF_MILLIS,
      maxBackoffMillis: options.maxBackoffMillis ?? DEFAULT_MAX_BACKOFF_MILLIS,
      onIdle: dispatch,
      onReturned: takeBack,
      onDied(death) {
        died++;
        options.onWorkerDied(death);
      },
      onReplaced() {
        replaced++;
      },
    }),
  );

  function counted<O>(outcome: JobOutcome<O>): JobOutcome<O> {
    outcomes[outcome.kind]++;
    return outcome;
  }

  function accept(
    kind: PropertyKey,
    input: unknown,
    { signal, transfer = [], timeoutMillis = jobTimeoutMillis }: RunOptions,
    resolve: (outcome: JobOutcome<unknown>) => void,
  ): void {
    lastId = lastId === MAX_JOB_ID ? 1 : lastId + 1;
    const job: Job = {
      id: lastId,
      kind,
      input,
      transfer,
      timeoutMillis,
      worker: undefined,
      returns: 0,
      stopTimer: () => {},
      settle(outcome) {
        if (!unsettled.delete(job)) {
          // The door, as in `run`.
          if (outcome.kind === 'done') options.onUnclaimed?.(outcome.output as Unclaimed<Jobs>);
          return;
        }
        job.stopTimer();
        signal?.removeEventListener('abort', onAbort);
        queue.delete(job);
        returned.delete(job);
        job.worker?.abandon(job);
        if (unsettled.size === 0) letProcessEnd();
        resolve(counted(outcome));
      },
    };
    const onAbort = () => job.settle({ kind: 'cancelled', by: 'signal' });
    signal?.addEventListener('abort', onAbort, { once: true });
    unsettled.add(job);
    if (unsettled.size === 1) for (const worker of workers) worker.setHoldsProcess(true);
    wait(job, queue);
    dispatch();
  }

  function wait(job: Job, line: Set<Job>): void {
    line.add(job);
    job.stopTimer = clock.after(queueTimeoutMillis, () =>
      job.settle({ kind: 'timed-out', where: 'queue', timeoutMillis: queueTimeoutMillis }),
    );
  }

  function dispatch(): void {
    for (;;) {
      const worker = idleWorker();
      const job = first(returned) ?? first(queue);
      if (worker === undefined || job === undefined) return;
      queue.delete(job);
      returned.delete(job);
      job.stopTimer();
      job.worker = worker;
      const { timeoutMillis } = job;
      job.stopTimer = clock.after(timeoutMillis, () =>
        job.settle({ kind: 'timed-out', where: 'worker', timeoutMillis }),
      );
      worker.run(job);
    }
  }

  function takeBack({ id }: PoolJob, reason: string): void {
    for (const job of unsettled) {
      if (job.id !== id) continue;
      job.stopTimer();
      job.worker = undefined;
      if (++job.returns > MAX_RETURNS) job.settle({ kind: 'worker-died', reason, isBegun: false });
      else wait(job, returned);
    }
    dispatch();
  }

  function letProcessEnd(): void {
    for (const worker of workers) worker.setHoldsProcess(false);
    onDrained?.();
  }

  function idleWorker(): PoolWorker | undefined {
    return workers.find((worker) => worker.state() === 'idle');
  }

  function countIn(...states: readonly ReturnType<PoolWorker['state']>[]): number {
    return workers.filter((worker) => states.includes(worker.state())).length;
  }

  async function drainAndEnd(deadlineMillis: number): Promise<void> {
    if (unsettled.size > 0 && deadlineMillis > 0) {
      await new Promise<void>((resolve) => {
        const stopTimer = clock.after(deadlineMillis, resolve);
        onDrained = () => {
          stopTimer();
          resolve();
        };
      });
    }
    for (const job of [...unsettled]) job.settle({ kind: 'cancelled', by: 'close' });
    await Promise.all(workers.map((worker) => worker.close()));
  }

  return {
    run(kind, input, runOptions = {}) {
      return new Promise((resolve) => {
        if (closed !== undefined) resolve(counted({ kind: 'cancelled', by: 'close' }));
        else if (runOptions.signal?.aborted) {
          resolve(counted({ kind: 'cancelled', by: 'signal' }));
        } else if (queue.size >= queueLimit && idleWorker() === undefined) {
          resolve(counted({ kind: 'busy', queued: queue.size }));
        } else {
          // The door: the worker's table of handlers has the type of this pool's.
          accept(kind, input, runOptions, resolve as (outcome: JobOutcome<unknown>) => void);
        }
      });
    },

    stats: () => ({
      workers: workers.length,
      busy: countIn('running', 'winding-down'),
      idle: countIn('idle'),
      starting: countIn('starting', 'backing-off'),
      queued: queue.size + returned.size,
      replaced,
      died,
      outcomes: { ...outcomes },
    }),

    close(deadlineMillis = DEFAULT_CLOSE_DEADLINE_MILLIS) {
      closed ??= drainAndEnd(deadlineMillis);
      return closed;
    },
  };
}

type Unclaimed<Jobs extends JobTable<Jobs>> = Jobs[keyof Jobs]['output'];

type Job = PoolJob & {
  readonly timeoutMillis: number;
  worker: PoolWorker | undefined;
  /** How often its thread died before it had begun. */
  returns: number;
  stopTimer: StopTimer;
};

function first<T>(set: ReadonlySet<T>): T | undefined {
  for (const item of set) return item;
  return undefined;
}
