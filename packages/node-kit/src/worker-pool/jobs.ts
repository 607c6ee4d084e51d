import type { JobError } from './job-error.ts';

/**
 * A table of jobs is a type: each kind of work with what goes in and what comes out. Both must be
 * structured-cloneable: plain data, typed arrays, maps; no functions, no classes.
 *
 *     type Jobs = {
 *       gunzip: { input: Uint8Array; output: Uint8Array };
 *       countSamples: { input: { bytes: Uint8Array; limit: number }; output: number };
 *     };
 */
export type JobTable<Jobs> = {
  readonly [K in keyof Jobs]: { readonly input: unknown; readonly output: unknown };
};

/** How a job ended. Every job ends, in one of these ways; a promise of the pool never rejects. */
export type JobOutcome<Output> =
  | { readonly kind: 'done'; readonly output: Output }
  /** The handler threw. */
  | { readonly kind: 'failed'; readonly error: JobError }
  /** All workers are busy and the queue is full: nothing was begun, nothing was transferred. */
  | { readonly kind: 'busy'; readonly queued: number }
  | { readonly kind: 'cancelled'; readonly by: 'signal' | 'close' }
  | {
      readonly kind: 'timed-out';
      readonly where: 'queue' | 'worker';
      readonly timeoutMillis: number;
    }
  /**
   * Its worker ended: an exit, an uncaught error, no memory left. It cannot have been the job's doing
   * where that had not been begun; what was transferred went with the worker.
   */
  | { readonly kind: 'worker-died'; readonly reason: string; readonly isBegun: boolean };

/**
 * Tells that nobody waits for a job any more: what is needed of an `AbortSignal`, of which each
 * costs more than all else that a server's thread does for a short request.
 */
export type CancelSignal = {
  readonly aborted: boolean;
  /** Calls the listener once at most. */
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

export type JobOutcomeKind = JobOutcome<unknown>['kind'];

export type JobHandlers<Jobs extends JobTable<Jobs>> = {
  readonly [K in keyof Jobs]: (
    input: Jobs[K]['input'],
    context: JobContext,
  ) => Jobs[K]['output'] | Promise<Jobs[K]['output']>;
};

/** What a handler may ask of its pool. */
export type JobContext = {
  /**
   * Whether nobody waits for the answer any more: it was cancelled or took too long. A handler that
   * asks every few milliseconds, and returns or throws when it is so, saves its worker from being
   * replaced.
   */
  isCancelled(): boolean;
  /** These buffers of the output change hands instead of being copied. */
  transfer(...buffers: readonly ArrayBuffer[]): void;
  /**
   * When the output turns out to be none that can be sent, or none that can be read: to give back what
   * it holds. Of one that could not be read a thread hears with its next job.
   */
  onUnsent(giveBack: () => void): void;
};
