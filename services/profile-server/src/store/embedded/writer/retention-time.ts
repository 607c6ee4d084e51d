import type { Clock } from '@emberscope/node-kit/worker';
import type { Manifest } from '../manifest/manifest.ts';
import type { HeadFacts } from './head-facts.ts';
import { createHeldTime, type HeldTime } from './held-time.ts';
import type { StoreEvent } from './store-event.ts';
import { STOPPED_LIKELY_MILLIS } from './writer-limits.ts';

export type RetentionTimeOptions = {
  readonly clock: Clock;
  readonly manifest: Manifest;
  /** Of the log. */
  readonly facts: Iterable<HeadFacts>;
  readonly holdMillis: number;
  readonly onEvent: (event: StoreEvent) => void;
};

/** A clock that is ahead of all that is stored may have been set wrong while the store was closed. */
export function retentionTime({
  clock,
  manifest,
  facts,
  holdMillis,
  onEvent,
}: RetentionTimeOptions): HeldTime {
  const { segments, rollups } = manifest;
  const held = [...segments, ...rollups, ...facts];
  const newestMillis = Math.max(...held.map((of) => of.newestMillis));
  return createHeldTime({
    clock,
    likelyMillis: Number.isFinite(newestMillis)
      ? newestMillis + STOPPED_LIKELY_MILLIS
      : clock.nowMillis(),
    holdMillis,
    onJump(millis) {
      onEvent({
        level: 'warn',
        message: `the clock is ${minutesOf(millis)} minutes ahead of what it was, or of all that is stored: what is too old by it is deleted when it has stood for ${minutesOf(holdMillis)} minutes`,
      });
    },
  });
}

const minutesOf = (millis: number): number => Math.round(millis / 60_000);
