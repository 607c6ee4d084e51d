/**
 * How long the long jobs of one process may hold the event loop before it turns.
 *
 * One budget is shared by all jobs of the process. A deadline per job would not do: Node runs every
 * immediate that is due in one turn, so four jobs of 10 ms each would be a turn of 40 ms. Here one
 * job goes on per turn, in the order in which they asked.
 */
export type TurnBudget = {
  /** This turn's time is used up: the next step belongs after `nextTurn()`. */
  isSpent(): boolean;
  /** Resolves in a later turn, when it is the caller's. */
  nextTurn(): Promise<void>;
};

/** A quarter of the 40 ms that no turn may take: the rest is for requests, timers and the collector of garbage. */
export const TURN_BUDGET_MILLIS = 10;

export type TurnBudgetParts = {
  readonly budgetMillis?: number;
  readonly nowMillis?: () => number;
  /** Runs `task` once, in the next turn of the loop. */
  readonly defer?: (task: () => void) => void;
};

/**
 *     if (turn.isSpent()) await turn.nextTurn();
 *
 * between two steps of a loop. Asking costs well under a microsecond; an `await` in every step would
 * cost more than many steps do.
 */
export function createTurnBudget({
  budgetMillis = TURN_BUDGET_MILLIS,
  nowMillis = () => performance.now(),
  defer = setImmediate,
}: TurnBudgetParts = {}): TurnBudget {
  const waiting: (() => void)[] = [];
  let isMeasuring = false;
  let turnStartMillis = 0;

  /** The first to ask begins the measurement; the end of the turn ends it. */
  function measureThisTurn(): void {
    if (isMeasuring) return;
    isMeasuring = true;
    turnStartMillis = nowMillis();
    defer(endTurn);
  }

  function endTurn(): void {
    isMeasuring = false;
    const next = waiting.shift();
    if (next === undefined) return;
    measureThisTurn();
    next();
  }

  return {
    isSpent() {
      measureThisTurn();
      return nowMillis() - turnStartMillis >= budgetMillis;
    },
    nextTurn() {
      measureThisTurn();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
