import type { CancelSignal } from '@emberscope/node-kit';
import type { StoreThreads } from '../work/store-threads.ts';
import type { QueryAnswer, QueryCall, QueryLimits } from './query-call.ts';

export type QueryService = {
  /** Never rejects. */
  answer(
    call: QueryCall,
    client: { readonly signal: CancelSignal; readonly timeoutMillis: number | undefined },
  ): Promise<QueryAnswer>;
  readonly running: () => number;
};

export type QueryServiceParts = {
  readonly store: Pick<StoreThreads, 'query'>;
  readonly limits: QueryLimits;
  readonly nowMillis: () => number;
  readonly observe: (call: QueryCall, answer: QueryAnswer, seconds: number) => void;
  readonly monotonicMillis: () => number;
};

/** Queries at a time, those that wait among them. A dashboard asks a dozen at once. */
const MAX_QUERIES = 128;

/** Nobody looks at a page that long. A client's own limit counts when it is shorter. */
const QUERY_MAX_MILLIS = 60_000;

/** Hands queries to the threads that read the store, as many as may wait for one. */
export function createQueryService(parts: QueryServiceParts): QueryService {
  const { store, limits, nowMillis, monotonicMillis, observe } = parts;
  let running = 0;

  async function ask(
    call: QueryCall,
    { signal, timeoutMillis }: Parameters<QueryService['answer']>[1],
  ): Promise<QueryAnswer> {
    if (running >= MAX_QUERIES) {
      const message = `${running} queries are running or waiting; the limit is ${MAX_QUERIES}`;
      return { ok: false, code: 'resource_exhausted', message, retryAfterSeconds: 1 };
    }
    const limitMillis = Math.min(QUERY_MAX_MILLIS, timeoutMillis ?? QUERY_MAX_MILLIS);
    const input = { call, limits, deadlineMillis: nowMillis() + limitMillis };
    running++;
    const done = await store
      .query(input, { signal, timeoutMillis: Math.max(1, limitMillis) })
      .finally(() => running--);
    switch (done.kind) {
      case 'done':
        return done.output;
      case 'cancelled':
        return done.by === 'signal'
          ? { ok: false, code: 'canceled', message: 'the query was cancelled' }
          : unavailable('the server is stopping');
      case 'timed-out': {
        const message = `the query was not answered within ${limitMillis} ms`;
        return { ok: false, code: 'deadline_exceeded', message };
      }
      case 'busy':
        return unavailable(`${done.queued} requests wait already`);
      case 'worker-died':
        return unavailable(`the thread that answered it ended: ${done.reason}`);
      case 'failed':
        return { ok: false, code: 'internal', message: done.error.message };
      default:
        return done satisfies never;
    }
  }

  return {
    async answer(call, client) {
      const startMillis = monotonicMillis();
      const answer = await ask(call, client);
      observe(call, answer, (monotonicMillis() - startMillis) / 1000);
      return answer;
    },
    running: () => running,
  };
}

function unavailable(message: string): QueryAnswer {
  return { ok: false, code: 'unavailable', message, retryAfterSeconds: 1 };
}
