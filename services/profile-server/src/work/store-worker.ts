import { type JobContext, poolWorkerData, serveJobs } from '@emberscope/node-kit/worker';
import { answerQuery } from '../query/answer-query.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { PushOutcomes, PushRefusal } from '../store/push.ts';
import type { StoreJobs } from './jobs.ts';
import { unpackSeries } from './packed-series.ts';
import type { StoreWorkerOptions } from './store-thread.ts';

/* The entry file of the thread that holds the profiles. */

// The door: what `startStoreThread` gives to its own worker.
const options = poolWorkerData() as StoreWorkerOptions;
const nowMillis = () => Date.now();
const retentionNanos =
  options.retentionMillis === 0 ? undefined : BigInt(options.retentionMillis) * 1_000_000n;
const store = createMemoryStore({
  nowMillis,
  limitBytes: options.memoryLimitBytes,
  ...(retentionNanos === undefined ? {} : { retentionNanos }),
});
await store.start();

serveJobs<StoreJobs>({
  async push({ tenant, profiles }) {
    const refusals: (PushRefusal | undefined)[] = [];
    // One after the other: as objects a batch may be ten times what it is as bytes.
    for (const packed of profiles) {
      refusals.push(firstRefusal(await store.push(tenant, unpackSeries(packed))));
    }
    return refusals;
  },
  async query({ call, limits, deadlineMillis }, context) {
    const parts = {
      reader: store,
      limits,
      nowMillis,
      ...(retentionNanos === undefined ? {} : { retentionNanos }),
    };
    const answer = await answerQuery(call, parts, { signal: polled(context), deadlineMillis });
    if (answer.ok) context.transfer(answer.message.buffer);
    return answer;
  },
  stats: () => store.stats(),
});

function firstRefusal(outcomes: PushOutcomes): PushRefusal | undefined {
  for (const outcome of outcomes.flat()) if (outcome.kind === 'refused') return outcome.refusal;
  return undefined;
}

/**
 * A signal that asks instead of being told: a query in memory runs in one go, and no event would
 * reach this thread before it ends.
 */
function polled(context: JobContext): AbortSignal {
  return Object.defineProperty(new AbortController().signal, 'aborted', {
    get: () => context.isCancelled(),
  });
}
