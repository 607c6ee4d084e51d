import type { Clock } from '@emberscope/node-kit/worker';
import { answerQuery } from '../query/answer-query.ts';
import type { QueryParts } from '../query/query.ts';
import type { QueryCall } from '../query/query-call.ts';
import type { StoreReader } from '../store/embedded/reader/store-reader.ts';
import type { ProfileReader } from '../store/profile-store.ts';
import type { Warmed } from './jobs.ts';
import { practiceCalls } from './practice.ts';

/** What a thread does before it is asked anything, in slices, so that nobody waits for it. */
export type WarmUp = {
  /** The next slice, until it is warm. */
  go(parts: QueryParts, signal: AbortSignal): Promise<Warmed>;
};

/** A slice ends after the first step that is done at this time: a query may wait that long. */
const SLICE_MILLIS = 25;

/** A question of its own that takes longer is given up: somebody may wait behind it. */
const STEP_MAX_MILLIS = 1_000;

/** All slices together, on a machine that is slow or busy: pushes want the cores, too. */
const WARM_UP_MAX_MILLIS = 3_000;

export function createWarmUp(
  reader: ProfileReader & Pick<StoreReader, 'warm'>,
  clock: Pick<Clock, 'monotonicMillis'>,
): WarmUp {
  expectDetachedBuffers();
  let hasRead = false;
  let calls: QueryCall[] | undefined;
  let spentMillis = 0;

  async function step(
    parts: QueryParts,
    signal: AbortSignal,
    hasTime: () => boolean,
  ): Promise<Warmed> {
    if (spentMillis > WARM_UP_MAX_MILLIS) return 'warm';
    if (!hasRead) {
      hasRead = await reader.warm(hasTime);
      return 'more';
    }
    if (calls === undefined) {
      const found = await practiceCalls(reader, { signal });
      if (found.length === 0) return 'cold';
      calls = [...found].reverse();
      return 'more';
    }
    const call = calls.pop();
    if (call === undefined) return 'warm';
    const deadlineMillis = parts.nowMillis() + STEP_MAX_MILLIS;
    await answerQuery(call, parts, { signal, deadlineMillis });
    return 'more';
  }

  return {
    async go(parts, signal) {
      const beganMillis = clock.monotonicMillis();
      const millis = () => clock.monotonicMillis() - beganMillis;
      const hasTime = () => millis() < SLICE_MILLIS;
      let warmed: Warmed;
      do warmed = await step(parts, signal, hasTime);
      while (warmed === 'more' && hasTime());
      spentMillis += millis();
      // What was not there yet may be by the next time.
      if (warmed === 'cold') hasRead = false;
      return warmed;
    },
  };
}

/**
 * V8 compiles code for buffers that stay, and throws all of it away when the first one of a thread
 * changes hands. That would be the first answer: three times as slow as it is with this.
 */
function expectDetachedBuffers(): void {
  const buffer = new ArrayBuffer(1);
  structuredClone(buffer, { transfer: [buffer] });
}
