import { availableParallelism } from 'node:os';
import {
  type Clock,
  createWorkerPool,
  type JobOutcome,
  type RunOptions,
  type WorkerDeath,
  type WorkerPool,
} from '@emberscope/node-kit';
import type { AdHocAnswer, AdHocCall } from '../query/adhoc/adhoc-call.ts';
import type { QueryAnswer, QueryLimits } from '../query/query-call.ts';
import type { StoreView } from '../store/embedded/store-view.ts';
import type { StoreEvent } from '../store/embedded/writer/store-event.ts';
import type { WriterStats } from '../store/embedded/writer/writer-stats.ts';
import { letHeapsGrow } from './heap-growth.ts';
import { createIdleCollection } from './idle-collection.ts';
import type { PushInput, PushOutput, QueryInput, QueryJobs, Warmed, WriterJobs } from './jobs.ts';
import { createMemoryReturn } from './memory-return.ts';
import { createPracticeTurns } from './practice-turns.ts';
import { createPushLine } from './push-line.ts';
import { YOUNG_GENERATION } from './young-generation.ts';

/** What the writer's thread is started with. */
export type WriterOptions = {
  readonly dataDir: string;
  /** 0: for ever. */
  readonly retentionMillis: number;
  readonly rollupRetentionMillis: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly dropsOldestWhenFull: boolean;
  /** Of a tenant. */
  readonly maxSeries: number;
};

/** What a query thread is started with. */
export type ReaderOptions = {
  readonly dataDir: string;
  readonly retentionMillis: number;
  /** Of each thread. */
  readonly cacheBytes: number;
  readonly queryBytes: number;
};

export type StoreThreadsOptions = {
  readonly writer: WriterOptions;
  /** `cacheBytes` is shared by all query threads. */
  readonly reader: ReaderOptions;
  readonly queryLimits: QueryLimits;
  readonly clock: Clock;
  /** Requests whose profiles are being read: they will be pushed in a moment. */
  readonly beingRead: () => number;
  readonly onDied: (which: 'writer' | 'query', death: WorkerDeath) => void;
  readonly onEvent: (event: StoreEvent) => void;
};

/** The store as the main thread sees it: a thread that writes, and threads that read. */
export type StoreThreads = {
  /** Opens the store and recovers what is in it. */
  start(): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;
  /** Done means durable, and visible to every query that is asked for later. */
  push(input: PushInput, transfer: readonly ArrayBuffer[]): Promise<JobOutcome<PushOutput>>;
  query(input: QueryInput, options: RunOptions): Promise<JobOutcome<QueryAnswer>>;
  /** About uploaded files, on a thread that answers queries. */
  adHoc(call: AdHocCall, options: RunOptions): Promise<JobOutcome<AdHocAnswer>>;
  stats(): Promise<JobOutcome<WriterStats>>;
  /**
   * Fulfilled once the threads have practised the questions about the newest minutes, or found that
   * there is nothing to practise with, or no time for it.
   */
  readonly practised: Promise<void>;
  /** Queries that wait for a thread. */
  readonly waitingQueries: () => number;
  /** Flushes and ends all threads. */
  stop(): Promise<void>;
};

/** Pushes wait in their line; what else comes is a handful. */
const WRITER_MAX_WAITING = 64;
const QUERIES_MAX_WAITING = 4096;

/** A query ends at its deadline by itself, which is earlier. */
const LONGEST_QUERY_MILLIS = 3_600_000;

/**
 * A cancelled query ends when it asks next. Where it reads files, or a log that is new to the thread,
 * that may take seconds; a thread that is replaced for it begins without its caches.
 */
const QUERY_GRACE_MILLIS = 10_000;

/** Replaying 128 MiB of log takes seconds; a slow disk may take minutes, and is not to be given up. */
const LONGEST_WRITE_MILLIS = 3_600_000;

/** More threads would only divide the caches. */
const MAX_QUERY_THREADS = 8;

/**
 * Pushes between two looks at the store, which are seconds apart. Query threads practise for seconds:
 * that is for when there are fewer than some dozens a second.
 */
const BUSY_PUSHES = 250;

/** Many pushes that are over so long were a burst: the server is calm again. */
const CALM_MILLIS = 1_000;

/** How long the last flush may take. Without it nothing is lost: the log is read at the next start. */
const STOP_MILLIS = 20_000;

export function startStoreThreads(options: StoreThreadsOptions): StoreThreads {
  const { clock, onDied, onEvent } = options;
  const queryThreads = Math.min(MAX_QUERY_THREADS, Math.max(1, availableParallelism() - 1));
  const writer = createWorkerPool<WriterJobs>({
    workerUrl: new URL('./writer-worker.js', import.meta.url),
    workerCount: 1,
    workerData: options.writer,
    queueLimit: WRITER_MAX_WAITING,
    queueTimeoutMillis: LONGEST_WRITE_MILLIS,
    jobTimeoutMillis: LONGEST_WRITE_MILLIS,
    graceMillis: LONGEST_WRITE_MILLIS,
    resourceLimits: YOUNG_GENERATION,
    clock,
    onWorkerDied: (death) => onDied('writer', death),
  });
  const { cacheBytes, ...reader } = options.reader;
  // Once pushes are taken: until then, cores are for what takes them.
  const startQueries = (): WorkerPool<QueryJobs> =>
    createWorkerPool<QueryJobs>({
      workerUrl: new URL('./query-worker.js', import.meta.url),
      workerCount: queryThreads,
      workerData: { ...reader, cacheBytes: Math.floor(cacheBytes / queryThreads) },
      queueLimit: QUERIES_MAX_WAITING,
      jobTimeoutMillis: LONGEST_QUERY_MILLIS,
      graceMillis: QUERY_GRACE_MILLIS,
      resourceLimits: YOUNG_GENERATION,
      clock,
      onWorkerDied: (death) => onDied('query', death),
    });
  let queries: WorkerPool<QueryJobs> | undefined;
  let view: StoreView | undefined;
  let pushes = 0;
  let pushesBefore = 0;
  let pushedMillis = -Infinity;
  let hasManyPushes = false;
  /**
   * Of this thread: bodies and answers pass through it, and it has held every view. As long as one
   * thread has a view that is gone, the log that was in its memory is there for all.
   */
  const idle = createIdleCollection(clock);
  /** On a thread of its own: what it takes a lock for is gone through in milliseconds. */
  const memory = createMemoryReturn(
    clock,
    () => void giveBack(),
    () => hasManyPushes,
  );
  async function giveBack(): Promise<void> {
    const done = await queries?.run('giveBack', undefined);
    // All threads were busy for too long: there will be more to give back behind that.
    if (done !== undefined && done.kind !== 'done') memory.touch();
  }
  /** Something is done that leaves garbage behind. */
  function touch(): void {
    idle.touch();
    memory.touch();
  }
  const line = createPushLine(
    async (pushes, transfer) => {
      const done = await writer.run('push', pushes, { transfer });
      // Before anyone is answered: a query that comes after the answer must find what was pushed.
      if (done.kind === 'done') view = done.output.view;
      return done;
    },
    clock,
    options.beingRead,
  );

  /**
   * A thread that is asked nothing would hold on to files that are gone: the room they take on the
   * disk comes back only when all have closed them.
   */
  function showView(to: StoreView): void {
    if (queries === undefined || queries.stats().queued > 0) return;
    for (let i = 0; i < queryThreads; i++) void queries.run('see', to);
  }

  const practice = createPracticeTurns({
    ...{ clock, threadCount: queryThreads },
    hasManyPushes: () => hasManyPushes,
    async slices(busyWith, signal) {
      if (view === undefined || queries === undefined) return ['cold'];
      const pool = queries;
      const input = { view, limits: options.queryLimits, busyWith };
      // As many as there are threads, for who has had a slice is not known.
      const slices = Array.from({ length: queryThreads }, () =>
        pool.run('warm', input, { signal }),
      );
      const warmed = (await Promise.all(slices)).map(warmedOf);
      if (warmed.some((each) => each === 'more' || each === 'newest')) memory.touch();
      return warmed;
    },
  });

  return {
    async start() {
      const done = await writer.run('start', undefined);
      if (done.kind !== 'done') return { ok: false, reason: sentenceOf(done) };
      if (!done.output.ok) return done.output;
      view = done.output.view;
      for (const event of done.output.events) onEvent(event);
      queries = startQueries();
      void practice.go();
      return { ok: true };
    },
    push(input, transfer) {
      pushes++;
      touch();
      pushedMillis = clock.monotonicMillis();
      return line.push(input, transfer);
    },
    async query(input, runOptions) {
      if (view === undefined || queries === undefined) {
        throw new Error('a query before the store is open');
      }
      practice.asked();
      touch();
      try {
        return await queries.run('query', { ...input, view }, runOptions);
      } finally {
        practice.answered();
        touch();
      }
    },
    async adHoc(call, runOptions) {
      if (queries === undefined) throw new Error('a question before the store is open');
      touch();
      try {
        return await queries.run('adHoc', call, runOptions);
      } finally {
        touch();
      }
    },
    async stats() {
      const isCalm = clock.monotonicMillis() - pushedMillis > CALM_MILLIS;
      hasManyPushes = pushes - pushesBefore > BUSY_PUSHES && !isCalm;
      pushesBefore = pushes;
      letHeapsGrow(hasManyPushes);
      const done = await writer.run('stats', undefined);
      if (done.kind !== 'done') return done;
      if (done.output.view.version !== view?.version) touch();
      view = done.output.view;
      showView(view);
      // Where there was nothing yet to warm up with, there may be now.
      if (queries !== undefined) void practice.go();
      for (const event of done.output.events) onEvent(event);
      return { ...done, output: done.output.stats };
    },
    practised: practice.practised,
    waitingQueries: () => queries?.stats().queued ?? 0,
    async stop() {
      practice.stop();
      idle.stop();
      memory.stop();
      await queries?.close(0);
      // Also while it waits for its turn behind a batch that the disk does not take.
      const giveUp = new AbortController();
      const stopWaiting = clock.after(STOP_MILLIS, () => giveUp.abort());
      await writer.run('stop', undefined, { signal: giveUp.signal });
      stopWaiting();
      await writer.close(0);
    },
  };
}

/** A thread that was kept from it has more to do; one that could not has done what it can. */
function warmedOf(done: JobOutcome<Warmed>): Warmed {
  return done.kind === 'done' ? done.output : done.kind === 'cancelled' ? 'more' : 'warm';
}

function sentenceOf(done: Exclude<JobOutcome<unknown>, { readonly kind: 'done' }>): string {
  switch (done.kind) {
    case 'failed':
      return done.error.message;
    case 'worker-died':
      return `the thread that writes the store ended: ${done.reason}`;
    case 'busy':
    case 'cancelled':
    case 'timed-out':
      return `the store could not be opened: ${done.kind}`;
    default:
      return done satisfies never;
  }
}
