import {
  type Clock,
  JobError,
  type JobOutcome,
  type StopTimer,
  type TurnLine,
  turnLine,
} from '@emberscope/node-kit';
import type { PushedBatch, PushInput, PushOutput } from './jobs.ts';

/** Stores a batch and says what became of each of its pushes. */
export type StoreBatch = (
  pushes: readonly PushInput[],
  transfer: readonly ArrayBuffer[],
) => Promise<JobOutcome<PushedBatch>>;

/**
 * Pushes that come while a batch is on its way to the disk become the next one: a busy server syncs
 * once for dozens of pushes, an idle one at once. Where more are about to come than wait, the batch
 * waits a moment for them: a larger one costs less of everything.
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
const MAX_BATCH_BYTES = 12 * 1024 * 1024;

/** So many wait for no others, and nobody waits for others longer than this. */
const GATHERED_PUSHES = 32;
const GATHER_MILLIS = 25;

/** A batch that takes longer has met a disk that does not answer: what comes is told to come again. */
const STUCK_MILLIS = 10_000;
const STUCK = { kind: 'timed-out', where: 'queue', timeoutMillis: STUCK_MILLIS } as const;

/** `beingRead`: pushes whose profiles are being read, which come here in a moment. */
export function createPushLine(
  storeBatch: StoreBatch,
  clock: Clock,
  beingRead: () => number,
  turns: TurnLine = turnLine,
): PushLine {
  let waiting: WaitingPush[] = [];
  let isBusy = false;
  let stopGathering: StopTimer | undefined;
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

  function isEnough(): boolean {
    return waiting.length >= GATHERED_PUSHES || waiting.length >= beingRead();
  }

  function workWhenEnough(): void {
    if (isBusy || waiting.length === 0) return;
    if (isEnough()) void work();
    else stopGathering ??= clock.after(GATHER_MILLIS, () => void work());
  }

  async function work(): Promise<void> {
    isBusy = true;
    stopGathering?.();
    stopGathering = undefined;
    do {
      const batch = takeBatch().sort(byService);
      const stopTimer = clock.after(STUCK_MILLIS, refuseWaiting);
      const done = await storeBatch(
        batch.map(({ input }) => input),
        batch.flatMap(({ transfer }) => transfer),
      );
      stopTimer();
      isStuck = false;
      // Each is followed by an answer to a client: many at once would be one long turn.
      for (const [index, { resolve }] of batch.entries()) {
        turns.run(() => resolve(outcomeOf(done, index)));
      }
    } while (waiting.length > 0 && isEnough());
    isBusy = false;
    workWhenEnough();
  }

  return {
    push: (input, transfer) =>
      new Promise((resolve) => {
        if (isStuck) {
          resolve(STUCK);
          return;
        }
        waiting.push({ input, transfer, resolve });
        workWhenEnough();
      }),
  };
}

/**
 * What the dictionary of a service takes of the processor's cache is there for the next push of it.
 * The order is nobody's: who waits for an answer before the next push never has two in a batch.
 */
function byService({ input: a }: WaitingPush, { input: b }: WaitingPush): number {
  return a.service < b.service ? -1 : a.service > b.service ? 1 : 0;
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
