import type { Clock } from '@emberscope/node-kit/worker';
import { RETRY_FIRST_MILLIS, RETRY_MAX_MILLIS } from './writer-limits.ts';

/** Growing pauses between attempts at what fails. */
export type RetryPause = {
  readonly isDue: () => boolean;
  failed(): void;
  succeeded(): void;
};

export function createRetryPause(clock: Clock): RetryPause {
  let pauseMillis = 0;
  let dueMillis = Number.NEGATIVE_INFINITY;
  return {
    isDue: () => clock.monotonicMillis() >= dueMillis,
    failed() {
      pauseMillis = Math.min(RETRY_MAX_MILLIS, Math.max(RETRY_FIRST_MILLIS, 2 * pauseMillis));
      dueMillis = clock.monotonicMillis() + pauseMillis;
    },
    succeeded() {
      pauseMillis = 0;
      dueMillis = Number.NEGATIVE_INFINITY;
    },
  };
}
