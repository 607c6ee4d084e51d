import type { Clock } from '@emberscope/node-kit/worker';
import { answerQuery } from '../query/answer-query.ts';
import type { QueryParts } from '../query/query.ts';
import type { StoreReader } from '../store/embedded/reader/store-reader.ts';
import type { ProfileReader } from '../store/profile-store.ts';
import type { QueryContext } from '../store/selection.ts';
import type { BusyWith, Warmed } from './jobs.ts';
import { type PracticeCall, type PracticeRange, practiceCalls } from './practice.ts';

/** What a thread does before it is asked anything, in slices, so that nobody waits for it. */
export type WarmUp = {
  /**
   * The next slice, until it is warm. A busy server's cores are for those who push and ask: hours and
   * days wait until it is calm, minutes for as long as {@link PUSHES_FIRST_MILLIS} while many push.
   */
  go(parts: QueryParts, signal: QueryContext['signal'], busyWith: BusyWith): Promise<Warmed>;
};

/** A slice ends after the first step that is done at this time, or when its signal is aborted. */
const SLICE_MILLIS = 25;

/** A question of its own that takes longer is given up: somebody may wait behind it. */
const STEP_MAX_MILLIS = 1_000;

/**
 * A kind of question that has taken so long is asked no more when it has happened twice: the first
 * one reads files, and runs through code that was never run.
 */
const SLOW_MILLIS = 100;
const SLOW_TIMES = 2;

/** All slices of a range together, on a machine that is slow or busy: pushes want the cores, too. */
const RANGE_MAX_MILLIS = 4_000;

/**
 * Agents that come back all at once are done by then. With those that go on like that, what people
 * ask first is practised nevertheless.
 */
const PUSHES_FIRST_MILLIS = 60_000;

type PracticeReader = ProfileReader & Pick<StoreReader, 'warm' | 'hasSegments'>;

export function createWarmUp(
  reader: PracticeReader,
  clock: Pick<Clock, 'monotonicMillis'>,
): WarmUp {
  expectDetachedBuffers();
  let hasRead = false;
  /** Minutes are practised as soon as there is anything, days once there are segments. */
  let range: PracticeRange = 'minutes';
  let calls: PracticeCall[] | undefined;
  let spentMillis = 0;
  const slowTimes = new Map<string, number>();
  /** When pushes first came before practice. */
  let sinceMillis: number | undefined;

  /** Whether it is time for the range that is next. */
  function isTime(busyWith: BusyWith): boolean {
    if (busyWith === 'nothing') return true;
    if (range === 'days') return false;
    if (busyWith === 'queries') return true;
    sinceMillis ??= clock.monotonicMillis();
    return clock.monotonicMillis() - sinceMillis >= PUSHES_FIRST_MILLIS;
  }

  async function step(
    parts: QueryParts,
    signal: QueryContext['signal'],
    busyWith: BusyWith,
    hasTime: () => boolean,
  ): Promise<Warmed> {
    if (!isTime(busyWith) || (range === 'days' && !reader.hasSegments())) return 'cold';
    if (spentMillis > RANGE_MAX_MILLIS) return practised();
    if (!hasRead) {
      hasRead = await reader.warm(hasTime);
      return 'more';
    }
    if (calls === undefined) {
      const found = await practiceCalls(reader, { signal }, range);
      if (found.length === 0) {
        // What was not there yet may be by the next time.
        hasRead = false;
        return 'cold';
      }
      calls = [...found].reverse();
      return 'more';
    }
    const next = calls.pop();
    if (next === undefined) return practised();
    if ((slowTimes.get(next.kind) ?? 0) >= SLOW_TIMES) return 'more';
    const beganMillis = clock.monotonicMillis();
    const deadlineMillis = parts.nowMillis() + STEP_MAX_MILLIS;
    const answer = await answerQuery(next.call, parts, { signal, deadlineMillis });
    if (!answer.ok && signal.aborted) {
      // Given up for who asked: it has taught nothing yet.
      calls.push(next);
      return 'more';
    }
    if (clock.monotonicMillis() - beganMillis > SLOW_MILLIS) {
      slowTimes.set(next.kind, 1 + (slowTimes.get(next.kind) ?? 0));
    }
    return 'more';
  }

  function practised(): Warmed {
    if (range === 'days') return 'warm';
    range = 'days';
    calls = undefined;
    spentMillis = 0;
    slowTimes.clear();
    return 'newest';
  }

  return {
    async go(parts, signal, busyWith) {
      const beganMillis = clock.monotonicMillis();
      const millis = () => clock.monotonicMillis() - beganMillis;
      const hasTime = () => millis() < SLICE_MILLIS && !signal.aborted;
      let warmed: Warmed;
      do warmed = await step(parts, signal, busyWith, hasTime);
      while (warmed === 'more' && hasTime());
      spentMillis += millis();
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
