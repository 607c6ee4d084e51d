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

/** Asks whether a query may go on. */
export type QueryGuard = {
  /** Throws when the query was cancelled or is past its deadline. */
  check(): void;
};

/**
 * Runs a query in one go. It ends early at the deadline, which is looked at as the query goes on;
 * since nothing else runs on its thread meanwhile, a signal can only have come before it.
 */
export function answer<Value>(
  context: QueryContext,
  nowMillis: () => number,
  run: (guard: QueryGuard) => Value,
): StoreAnswer<Value> {
  const guard: QueryGuard = {
    check() {
      if (context.signal.aborted) {
        throw new QueryEnded({ kind: 'cancelled', reason: 'the query was cancelled' });
      }
      const { deadlineMillis } = context;
      const now = nowMillis();
      if (deadlineMillis !== undefined && now >= deadlineMillis) {
        const reason = `the query is ${now - deadlineMillis} ms past its deadline`;
        throw new QueryEnded({ kind: 'deadline-exceeded', reason });
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
