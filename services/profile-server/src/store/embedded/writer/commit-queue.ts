import type { Clock, FsError } from '@emberscope/node-kit/worker';
import type { RecordBatch } from '@emberscope/record-log';
import type { HeadLog } from '../log/head-log.ts';
import {
  createBatchRecords,
  createDeclarations,
  createPushBatch,
  type PushBatch,
} from './push-batch.ts';
import { SPARE_MAX_BYTES } from './writer-limits.ts';

export type CommitQueueOptions = {
  readonly log: HeadLog;
  readonly clock: Clock;
  readonly nextArrival: () => number;
  /** What came in with a batch counts now; called before anybody is answered. */
  readonly onCommitted: (batch: PushBatch) => void;
  /** A batch, and all that rest on it, are not in the log. */
  readonly onFailed: (error: FsError) => void;
  /** A batch that is not in the log, for what it did in memory. */
  readonly onTakenBack: (batch: PushBatch) => void;
};

/**
 * Group commit: one write and one fdatasync in flight, and all that comes meanwhile is the next
 * batch. There is no timer: an idle store answers after one sync, a busy one batches by itself.
 *
 *     [ batch: at the disk ][ cut ][ batch ][ batch: open for more ]
 */
export type CommitQueue = {
  /** The batch that takes what comes. */
  batch(): PushBatch;
  /** To be called when something was added. */
  submit(batch: PushBatch): void;
  /** What comes from now on goes to another generation; answers when that before is whole. */
  cut(): Promise<void>;
  /** Runs something between two commits. */
  run<Value>(task: () => Promise<Value>): Promise<Value>;
  /** Batches that are not committed, the one at the disk among them. */
  readonly uncommitted: () => readonly PushBatch[];
  readonly waitingBytes: () => number;
  /** How long the commit at the disk has taken so far. */
  readonly commitMillis: () => number;
  readonly fsync: () => FsyncTimes;
};

/** Of writes and their syncs. */
export type FsyncTimes = {
  readonly count: number;
  readonly seconds: number;
  /** Profiles of the batches. */
  readonly profiles: number;
};

export function createCommitQueue(options: CommitQueueOptions): CommitQueue & {
  /** The longest since it was asked last, in seconds. */
  takeLongestSeconds(): number;
} {
  const { log, clock } = options;
  let era = 0;
  let declarations = createDeclarations();
  let open: PushBatch | undefined;
  let uncommitted: PushBatch[] = [];
  const tasks: (() => Promise<void>)[] = [];
  let isRunning = false;
  let failure = '';
  let commitSinceMillis: number | undefined;
  const times = { count: 0, seconds: 0, profiles: 0 };
  let longestSeconds = 0;
  /** Two of them take turns, and their memory is used again. */
  const spare: RecordBatch[] = [];

  async function runTasks(): Promise<void> {
    isRunning = true;
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await task();
    isRunning = false;
  }

  function enqueue(task: () => Promise<void>): void {
    tasks.push(task);
    if (!isRunning) void runTasks();
  }

  function run<Value>(task: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      enqueue(() => task().then(resolve, reject));
    });
  }

  function settle(batch: PushBatch): void {
    uncommitted = uncommitted.filter((other) => other !== batch);
    batch.records.clear();
    const isLarge = batch.records.capacityBytes() > SPARE_MAX_BYTES;
    if (spare.length < 2 && !isLarge) spare.push(batch.records);
  }

  function takeBack(batch: PushBatch): void {
    options.onTakenBack(batch);
    settle(batch);
    batch.settle({ kind: 'failed', reason: failure });
  }

  async function commit(batch: PushBatch): Promise<void> {
    if (open === batch) open = undefined;
    if (batch.era !== era || log.isBroken()) {
      takeBack(batch);
      return;
    }
    const since = clock.monotonicMillis();
    commitSinceMillis = since;
    const firstArrival = Math.min(batch.facts.firstArrival, options.nextArrival());
    const appended = await log.append(batch.records.bytes(), firstArrival);
    commitSinceMillis = undefined;
    const seconds = (clock.monotonicMillis() - since) / 1000;
    times.count++;
    times.seconds += seconds;
    longestSeconds = Math.max(longestSeconds, seconds);
    if (appended.kind === 'durable') {
      times.profiles += batch.facts.profileCount;
      options.onCommitted(batch);
      settle(batch);
      batch.settle({ kind: 'committed' });
      return;
    }
    failure = appended.error.message;
    // What was encoded behind it refers to what it declared: all of that begins anew elsewhere.
    era++;
    declarations = createDeclarations();
    open = undefined;
    // Before anything else is encoded: the next profile must not rest on rows of this batch.
    options.onFailed(appended.error);
    takeBack(batch);
    await log.cut();
  }

  return {
    batch() {
      if (open === undefined) {
        open = createPushBatch(era, declarations, spare.pop() ?? createBatchRecords());
      }
      return open;
    },
    submit(batch) {
      if (batch.isQueued) return;
      batch.isQueued = true;
      uncommitted = [...uncommitted, batch];
      enqueue(() => commit(batch));
    },
    cut() {
      declarations = createDeclarations();
      open = undefined;
      return run(() => log.cut());
    },
    run,
    uncommitted: () => uncommitted,
    waitingBytes: () => uncommitted.reduce((sum, { records }) => sum + records.byteLength(), 0),
    commitMillis: () =>
      commitSinceMillis === undefined ? 0 : clock.monotonicMillis() - commitSinceMillis,
    fsync: () => times,
    takeLongestSeconds() {
      const longest = longestSeconds;
      longestSeconds = 0;
      return longest;
    },
  };
}
