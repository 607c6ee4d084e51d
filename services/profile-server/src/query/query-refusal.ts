import type { StoreAnswer, StoreError } from '../store/store-error.ts';
import type { QueryAnswer, QueryErrorCode } from './query-call.ts';

/** How a query ended that has no answer. */
export type QueryFailure = Extract<QueryAnswer, { readonly ok: false }>;

/**
 * Ends a query early: thrown where something is wrong with it, made an answer by `answerQuery`.
 * Nobody else catches it but `querier/diff`, which says whose mistake it was as Pyroscope does.
 */
export class QueryRefused extends Error {
  readonly failure: QueryFailure;
  constructor(failure: QueryFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

export function refuse(code: QueryErrorCode, message: string): never {
  throw new QueryRefused({ ok: false, code, message });
}

/** The request is wrong and stays so: `message` has the place and the value. */
export function refuseArgument(message: string): never {
  refuse('invalid_argument', message);
}

/**
 * The request is wrong, and Pyroscope finds out so late that its code blames the server: a header says
 * what it is.
 */
export function refuseLate(message: string): never {
  throw new QueryRefused({ ok: false, code: 'unknown', message, cause: 'invalid_argument' });
}

/** A file that a client has sent is none; Pyroscope has a code for that which blames the server. */
export function refuseFile(message: string): never {
  throw new QueryRefused({ ok: false, code: 'unknown', message, cause: 'malformed_profile' });
}

/** What the store answered; where it could not, the query ends. */
export function answered<Value>(answer: StoreAnswer<Value>): Value {
  if (!answer.ok) throw new QueryRefused(failureOf(answer.error));
  return answer.value;
}

function failureOf(error: StoreError): QueryFailure {
  const message = error.reason;
  switch (error.kind) {
    case 'unavailable': {
      const { retryAfterSeconds } = error;
      return { ok: false, code: 'unavailable', message, retryAfterSeconds };
    }
    case 'query-too-large':
      return { ok: false, code: 'resource_exhausted', message };
    case 'deadline-exceeded':
      return { ok: false, code: 'deadline_exceeded', message };
    case 'cancelled':
      return { ok: false, code: 'canceled', message };
    case 'damaged':
      return { ok: false, code: 'internal', message, isDamage: true };
    default:
      return error satisfies never;
  }
}
