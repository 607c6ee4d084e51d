import type { QueryContext } from '../selection.ts';
import type { StoreAnswer, StoreError } from '../store-error.ts';

/** Thrown where a query has to end early; `answer` makes it an answer. Nobody else catches it. */
class QueryEnded extends Error {
  readonly error: StoreError;
  constructor(error: StoreError) {
    super(error.reason);
    this.error = error;
  }
}

/** Ends the query that is running with an error for its answer. */
export function endQuery(error: StoreError): never {
  throw new QueryEnded(error);
}

/** Asks whether a query may go on. */
export type QueryGuard = {
  /** Throws when the query was cancelled or is past its deadline. */
  check(): void;
  /**
   * Says how many cells were just looked at, and checks when it has become a millisecond's work:
   * for loops over profiles, samples and stacks.
   */
  spend(cells: number): void;
};

/** A cell is anything from 5 ns (adding narrow values) to 200 (folding, bigints). */
const CELLS_PER_CHECK = 20_000;

/**
 * Runs a query in one go. It ends early at its deadline or when its signal says `aborted`; both are
 * asked as it goes on. Since nothing else runs on its thread meanwhile, a signal that is to end a
 * running query must read what another thread can write, as `isCancelled` of a worker's job does.
 */
export function answer<Value>(
  context: QueryContext,
  nowMillis: () => number,
  run: (guard: QueryGuard) => Value,
): StoreAnswer<Value> {
  let spent = 0;
  const guard: QueryGuard = {
    spend(cells) {
      spent += cells;
      if (spent < CELLS_PER_CHECK) return;
      spent = 0;
      guard.check();
    },
    check() {
      if (context.signal.aborted) {
        endQuery({ kind: 'cancelled', reason: 'the query was cancelled' });
      }
      const { deadlineMillis } = context;
      const now = nowMillis();
      if (deadlineMillis !== undefined && now >= deadlineMillis) {
        const reason = `the query is ${now - deadlineMillis} ms past its deadline`;
        endQuery({ kind: 'deadline-exceeded', reason });
      }
    },
  };
  try {
    guard.check();
    return { ok: true, value: run(guard) };
  } catch (error) {
    if (error instanceof QueryEnded) return { ok: false, error: error.error };
    throw error;
  }
}
