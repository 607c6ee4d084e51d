import { performance } from 'node:perf_hooks';

/** How work that could fill a turn of the event loop is spread over turns. */
export type TurnLine = {
  /** Whether what begins now may begin in this turn: there is time left, and nobody waits. */
  hasTime(): boolean;
  /**
   * Undefined: go on at once, before anything else is awaited. Otherwise it is fulfilled in a later
   * turn, in the order of asking.
   *
   *     const turn = turns.wait();
   *     if (turn !== undefined) await turn;
   */
  wait(): Promise<void> | undefined;
  /** Runs something at once or in a later turn, as {@link wait} says. */
  run(work: () => void): void;
};

export type TurnLineParts = {
  readonly monotonicMillis: () => number;
  /**
   * Runs something at the end of this turn, and wakes nobody for it until it is told to: an unref'd
   * `setImmediate`.
   */
  readonly nextTurn: (run: () => void) => { ref(): void };
  /** Runs something in this turn, when all is done that is to be done at once. */
  readonly afterwards: (run: () => void) => void;
};

/**
 * After so long nothing more begins in a turn. What has begun goes on, the garbage collector has its
 * say, and Node reads and parses without asking: all of them together must not reach 40 ms.
 */
export const TURN_MAX_MILLIS = 10;

/** So many who have left a line stay in it, or as many as wait: to move the others up takes time. */
const LEFT_MAX = 1024;

/**
 * Lets only as much begin in one turn as fits into {@link TURN_MAX_MILLIS}; the rest begins in later
 * turns, in its order. Node serves all sockets that are readable in one turn, and one message of a
 * thread may hold the answers to all of them: a hundred clients at the same moment are otherwise one
 * long turn.
 *
 * Whoever waits is bounded by what they wait with: connections, requests, pushes.
 */
export function createTurnLine(parts: TurnLineParts): TurnLine {
  const { monotonicMillis, afterwards } = parts;
  let waiting: (() => void)[] = [];
  let begun = 0;
  let turnStartMillis: number | undefined;
  let nextTurn: { ref(): void } | undefined;

  /** The first to ask in a turn sees to its end. */
  function isTimeLeft(): boolean {
    const nowMillis = monotonicMillis();
    if (turnStartMillis === undefined) {
      turnStartMillis = nowMillis;
      nextTurn = parts.nextTurn(endTurn);
    }
    return nowMillis - turnStartMillis < TURN_MAX_MILLIS;
  }

  function endTurn(): void {
    turnStartMillis = undefined;
    beginNext();
  }

  /** One by one: what the last has set going is part of the time it took. */
  function beginNext(): void {
    const work = waiting[begun];
    if (work === undefined) return;
    if (!isTimeLeft()) {
      nextTurn?.ref();
      return;
    }
    // A line that is never empty must let go of those who have left it.
    if (++begun === waiting.length || (begun >= LEFT_MAX && 2 * begun >= waiting.length)) {
      waiting = waiting.slice(begun);
      begun = 0;
    }
    afterwards(beginNext);
    work();
  }

  function hasTime(): boolean {
    return waiting.length === 0 && isTimeLeft();
  }

  function enqueue(work: () => void): void {
    waiting.push(work);
    // Only now: a turn that nobody waits for would be one more for each that has work.
    nextTurn?.ref();
  }

  return {
    hasTime,
    wait() {
      return hasTime() ? undefined : new Promise((resolve) => enqueue(resolve));
    },
    run(work) {
      if (hasTime()) work();
      else enqueue(work);
    },
  };
}

/** The line of this thread, as there is one event loop in each. */
export const turnLine: TurnLine = createTurnLine({
  monotonicMillis: () => performance.now(),
  nextTurn: (run) => setImmediate(run).unref(),
  // Node's ticks come when no microtask is left.
  afterwards: (run) => queueMicrotask(() => process.nextTick(run)),
});
