import { type Clock, JobError, type JobOutcome } from '@emberscope/node-kit';
import type { PushedBatch, PushInput, PushOutput } from './jobs.ts';

/** Stores a batch and says what became of each of its pushes. */
export type StoreBatch = (
  pushes: readonly PushInput[],
  transfer: readonly ArrayBuffer[],
) => Promise<JobOutcome<PushedBatch>>;

/**
 * Pushes that come while a batch is on its way to the disk become the next one: a busy server syncs
 * once for dozens of pushes, an idle one at once.
 */
export type PushLine = {
  push(input: PushInput, transfer: readonly ArrayBuffer[]): Promise<JobOutcome<PushOutput>>;
};

type WaitingPush = {
  readonly input: PushInput;
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (outcome: JobOutcome<PushOutput>) => void;
};

/** A larger batch would make the first of its pushes wait for the last. */
const MAX_BATCH_PUSHES = 256;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** A batch that takes longer has met a disk that does not answer: what comes is told to come again. */
const STUCK_MILLIS = 10_000;
const STUCK = { kind: 'timed-out', where: 'queue', timeoutMillis: STUCK_MILLIS } as const;

export function createPushLine(storeBatch: StoreBatch, clock: Clock): PushLine {
  let waiting: WaitingPush[] = [];
  let isBusy = false;
  let isStuck = false;

  function refuseWaiting(): void {
    isStuck = true;
    const refused = waiting;
    waiting = [];
    for (const { resolve } of refused) resolve(STUCK);
  }

  function takeBatch(): WaitingPush[] {
    let bytes = 0;
    let count = 0;
    for (const { input } of waiting) {
      bytes += bytesOf(input);
      if (count > 0 && (bytes > MAX_BATCH_BYTES || count === MAX_BATCH_PUSHES)) break;
      count++;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  async function work(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const batch = takeBatch();
      const stopTimer = clock.after(STUCK_MILLIS, refuseWaiting);
      const done = await storeBatch(
        batch.map(({ input }) => input),
        batch.flatMap(({ transfer }) => transfer),
      );
      stopTimer();
      isStuck = false;
      for (const [index, { resolve }] of batch.entries()) resolve(outcomeOf(done, index));
    }
    isBusy = false;
  }

  return {
    push: (input, transfer) =>
      new Promise((resolve) => {
        if (isStuck) {
          resolve(STUCK);
          return;
        }
        waiting.push({ input, transfer, resolve });
        if (!isBusy) void work();
      }),
  };
}

function outcomeOf(done: JobOutcome<PushedBatch>, index: number): JobOutcome<PushOutput> {
  if (done.kind !== 'done') return done;
  const outcome = done.output.outcomes[index] ?? 'the store did not say what became of it';
  if (typeof outcome !== 'string') return { ...done, output: outcome };
  const error = new JobError({
    name: 'Error',
    message: outcome,
    stack: undefined,
    data: undefined,
  });
  return { kind: 'failed', error };
}

function bytesOf({ profiles }: PushInput): number {
  return profiles.reduce((sum, { length }) => sum + length, 0);
}
