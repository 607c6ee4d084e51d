import type { Clock } from '@emberscope/node-kit';
import type { BusyWith, Warmed } from './jobs.ts';

/** When query threads practise, slice by slice, and when they let it be for who asks. */
export type PracticeTurns = {
  /** Somebody asks something, and waits: a slice that is running ends. */
  asked(): void;
  /** Once for each that was asked. */
  answered(): void;
  /** Slice after slice until there is no more to do, or no time. One call at a time does anything. */
  go(): Promise<void>;
  /**
   * Fulfilled once the threads have practised the questions about the newest minutes, or found that
   * there is nothing to practise with, or no time for it.
   */
  readonly practised: Promise<void>;
  stop(): void;
};

export type PracticeTurnsOptions = {
  readonly clock: Pick<Clock, 'monotonicMillis' | 'sleep'>;
  /** Threads that say, once each, that they have practised the newest minutes. */
  readonly threadCount: number;
  readonly hasManyPushes: () => boolean;
  /** A slice on every thread that is free, as many as there are, and what each says. */
  slices(busyWith: BusyWith, signal: AbortSignal): Promise<readonly Warmed[]>;
};

/**
 * Who asks one question after another would find a slice of practice before each of them: what hours
 * and days take can wait, and is practised by these.
 */
const BETWEEN_QUERIES_MILLIS = 300;

/**
 * Nor does a slice begin right after an answer: the next question of the same page or program comes
 * within this time, and would wait for what is running.
 */
const AFTER_QUERY_MILLIS = 40;

export function createPracticeTurns(options: PracticeTurnsOptions): PracticeTurns {
  const { clock, threadCount, hasManyPushes, slices } = options;
  let warmth: Warmed = 'cold';
  let newestCount = 0;
  let becomePractised = () => {};
  const practised = new Promise<void>((resolve) => {
    becomePractised = resolve;
  });
  /** Queries that wait for their answers. */
  let askedCount = 0;
  /** When a query came last, or was answered. */
  let askedMillis = -Infinity;
  /** Ends the slice of practice that threads are at, while they are. */
  let running: AbortController | undefined;
  let isStopping = false;

  const sinceAskedMillis = () => clock.monotonicMillis() - askedMillis;

  async function slice(): Promise<void> {
    const isAsked = sinceAskedMillis() < BETWEEN_QUERIES_MILLIS;
    const busyWith = hasManyPushes() ? 'pushes' : isAsked ? 'queries' : 'nothing';
    running = new AbortController();
    const warmed = await slices(busyWith, running.signal);
    running = undefined;
    warmth = coldest(warmed);
    newestCount += warmed.filter((each) => each === 'newest').length;
    // Each says it once; who has not been asked is still loading, or busy.
    if (newestCount >= threadCount) becomePractised();
  }

  return {
    asked() {
      askedCount++;
      askedMillis = clock.monotonicMillis();
      running?.abort();
    },
    answered() {
      askedCount--;
      askedMillis = clock.monotonicMillis();
    },
    async go() {
      if (warmth !== 'cold') return;
      warmth = 'more';
      while ((warmth === 'more' || warmth === 'newest') && !isStopping) {
        const restMillis = AFTER_QUERY_MILLIS - sinceAskedMillis();
        if (askedCount > 0) await clock.sleep(AFTER_QUERY_MILLIS);
        else if (restMillis > 0) await clock.sleep(restMillis);
        else await slice();
      }
      becomePractised();
    },
    practised,
    stop() {
      isStopping = true;
    },
  };
}

const COLDEST_FIRST = ['more', 'newest', 'cold', 'warm'] as const satisfies readonly Warmed[];

function coldest(warmed: readonly Warmed[]): Warmed {
  return COLDEST_FIRST.find((each) => warmed.includes(each)) ?? 'warm';
}
