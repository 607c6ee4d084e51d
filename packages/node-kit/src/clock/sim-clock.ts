import { nanosFromMillis, type UnixMillis, unixMillis } from '@emberscope/units';
import { type Clock, checkedDelayMillis, everyBy, sleepBy } from './clock.ts';

/**
 * A clock that stands still until it is told to move. Between two timers it lets everything run
 * that can run without time passing (promises, `queueMicrotask`), so a test sees the same order of
 * events every time. It cannot wait for real I/O: use it with simulated files.
 *
 * Timers run in the order of their due time; those of one time in the order they were set.
 */
export type SimClock = Clock & {
  /** Moves both clocks, running what becomes due on the way. Throws what a timer throws. */
  advance(millis: number): Promise<void>;
  /**
   * Moves from timer to timer until `work` has settled, and answers as it does. Throws when nothing
   * is left that could settle it: that is a promise nobody will ever keep. Throws too after
   * `limitMillis`.
   */
  runUntil<T>(work: Promise<T>, limitMillis?: number): Promise<T>;
  /** Sets the wall clock forward or back. Timers do not notice. */
  jumpWall(millis: number): void;
  /** Timers that are set and have not run. */
  pendingTimers(): number;
};

/** 2026-11-24T00:00:00Z: some Tuesday. */
const START_MILLIS = unixMillis(1_795_478_400_000);

/** A simulated day is more than any single piece of work should wait for. */
const RUN_UNTIL_LIMIT_MILLIS = 86_400_000;

type Timer = { readonly dueMillis: number; readonly run: () => void };

export function createSimClock(startMillis: UnixMillis = START_MILLIS): SimClock {
  let monotonicMillis = 0;
  let wallOffsetMillis: number = startMillis;
  let isMoving = false;
  // A set keeps the order of setting. Its size is the number of waits in one test: a scan is fine.
  const timers = new Set<Timer>();

  function after(millis: number, run: () => void) {
    const timer = { dueMillis: monotonicMillis + checkedDelayMillis(millis), run };
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  function nextTimer(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (next === undefined || timer.dueMillis < next.dueMillis) next = timer;
    }
    return next;
  }

  async function runTimer(timer: Timer): Promise<void> {
    monotonicMillis = Math.max(monotonicMillis, timer.dueMillis);
    timers.delete(timer);
    timer.run();
    await settled();
  }

  async function moving<T>(move: () => Promise<T>): Promise<T> {
    if (isMoving) throw new Error('this clock is being moved already: await the first move');
    isMoving = true;
    try {
      return await move();
    } finally {
      isMoving = false;
    }
  }

  const clock: SimClock = {
    nowMillis: () => unixMillis(wallOffsetMillis + monotonicMillis),
    nowNanos: () => nanosFromMillis(clock.nowMillis()),
    monotonicMillis: () => monotonicMillis,
    sleep: (millis, signal) => sleepBy(after, millis, signal),
    after,
    every: (periodMillis, run) => everyBy(after, periodMillis, run),

    advance: (millis) =>
      moving(async () => {
        if (!(millis >= 0)) throw new RangeError(`time does not move by ${millis} ms`);
        const endMillis = monotonicMillis + millis;
        await settled();
        for (
          let timer = nextTimer();
          timer !== undefined && timer.dueMillis <= endMillis;
          timer = nextTimer()
        ) {
          await runTimer(timer);
        }
        monotonicMillis = endMillis;
      }),

    runUntil: (work, limitMillis = RUN_UNTIL_LIMIT_MILLIS) =>
      moving(async () => {
        const endMillis = monotonicMillis + limitMillis;
        let isSettled = false;
        const note = () => {
          isSettled = true;
        };
        work.then(note, note);
        await settled();
        while (!isSettled) {
          const timer = nextTimer();
          if (timer === undefined || timer.dueMillis === Number.POSITIVE_INFINITY) {
            throw new Error('the work waits for something, and no timer is left that could end it');
          }
          if (timer.dueMillis > endMillis) {
            throw new Error(`the work was not done after ${limitMillis} simulated ms`);
          }
          await runTimer(timer);
        }
        return work;
      }),

    jumpWall(millis) {
      wallOffsetMillis = unixMillis(wallOffsetMillis + millis);
    },
    pendingTimers: () => timers.size,
  };
  return clock;
}

/** After one turn of the real event loop every promise that could go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
