import { isFsError } from '@emberscope/node-kit/worker';
import type { RetryPause } from './retry-pause.ts';
import type { StoreEvent } from './store-event.ts';

export type AttemptsOptions = {
  /** The disk is full. */
  readonly onFull: () => Promise<void>;
  readonly onEvent: (event: StoreEvent) => void;
};

/** Does something unless it failed a moment ago. Rejects never: what fails is told and tried again. */
export type Attempt = (
  what: string,
  pause: RetryPause,
  run: () => Promise<void>,
  onError?: (error: unknown) => void,
) => Promise<void>;

export function createAttempts({ onFull, onEvent }: AttemptsOptions): Attempt {
  return async (what, pause, run, onError = () => {}) => {
    if (!pause.isDue()) return;
    try {
      await run();
      pause.succeeded();
    } catch (error) {
      pause.failed();
      onError(error);
      if (isNoSpace(error)) await onFull();
      const message = error instanceof Error ? error.message : String(error);
      onEvent({ level: 'warn', message: `${what} failed and is tried again: ${message}` });
    }
  };
}

function isNoSpace(error: unknown): boolean {
  if (isFsError(error, 'no-space')) return true;
  // From another thread an error comes as its message.
  return error instanceof Error && /\(no-space\)/.test(error.message);
}
