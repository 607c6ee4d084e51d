import {
  type JobContext,
  nodeFs,
  poolWorkerData,
  serveJobs,
  systemClock,
} from '@emberscope/node-kit/worker';
import { giveBackFreePages } from '../libc/free-pages.ts';
import { answerAdHoc } from '../query/adhoc/answer-adhoc.ts';
import { answerQuery } from '../query/answer-query.ts';
import type { QueryParts } from '../query/query.ts';
import type { QueryLimits } from '../query/query-call.ts';
import { createStoreReader } from '../store/embedded/reader/store-reader.ts';
import type { QueryContext } from '../store/selection.ts';
import { createIdleCollection } from './idle-collection.ts';
import type { QueryJobs } from './jobs.ts';
import type { ReaderOptions } from './store-threads.ts';
import { createWarmUp } from './warm-up.ts';

/* The entry file of a thread that answers queries. */

// The door: what `startStoreThreads` gives to its own workers.
const options = poolWorkerData() as ReaderOptions;
const nowMillis = () => Date.now();
const retention = {
  ...(options.retentionMillis > 0 && {
    retentionNanos: BigInt(options.retentionMillis) * 1_000_000n,
  }),
};
/**
 * So much of what the cache lets go of is collected at once. V8 waits for another 64 MiB, and then
 * takes its time: a question about all dictionaries had twice what it needs.
 */
const COLLECTED_BYTES = 48 * 1024 * 1024;
let droppedBytes = 0;

const idle = createIdleCollection(systemClock, 2);
const reader = createStoreReader({
  ...{ ...options, ...retention, fs: nodeFs, nowMillis },
  onDrop(bytes) {
    droppedBytes += bytes;
    if (droppedBytes < COLLECTED_BYTES) return;
    droppedBytes = 0;
    idle.collect();
  },
});
const warmUp = createWarmUp(reader, systemClock);
let isWarm = false;
let seenVersion = 0;

function partsWith(limits: QueryLimits): QueryParts {
  return { reader, limits, nowMillis, ...retention };
}

serveJobs<QueryJobs>({
  async query({ call, limits, deadlineMillis, view }, context) {
    reader.setView(view);
    const answer = await answerQuery(call, partsWith(limits), {
      signal: polled(context),
      deadlineMillis,
    });
    if (answer.ok) context.transfer(answer.message.buffer);
    idle.touch();
    return answer;
  },
  adHoc(call, context) {
    const answer = answerAdHoc(call);
    if (answer.ok) context.transfer(answer.message.buffer);
    if (answer.ok && answer.kept !== undefined) context.transfer(answer.kept.file.buffer);
    idle.touch();
    return answer;
  },
  async warm({ view, limits, busyWith }, context) {
    reader.setView(view);
    const warmed = await warmUp.go(partsWith(limits), polled(context), busyWith);
    // What it left behind, should it be long before there is more to do.
    if (warmed === 'more' || warmed === 'newest') idle.touch();
    if (warmed === 'warm' && !isWarm) {
      isWarm = true;
      idle.collect();
    }
    return warmed;
  },
  see(view) {
    reader.setView(view);
    if (view.version === seenVersion) return;
    seenVersion = view.version;
    // What the one before it had of the log is garbage, once every thread has collected its own. V8
    // does not count memory that is shared, and views come for as long as profiles do.
    idle.arm();
  },
  giveBack: giveBackFreePages,
});

/**
 * A signal that asks instead of being told: a query runs in one go, and no event would reach this
 * thread before it ends.
 */
function polled(context: JobContext): QueryContext['signal'] {
  return {
    get aborted() {
      return context.isCancelled();
    },
  };
}
