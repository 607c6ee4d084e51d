import type { ErrorParts } from './job-error.ts';

/** Set by the pool: the job whose answer nobody waits for. */
export const CANCELLED_JOB = 0;
/** Set by the worker: the job that it began last. */
export const BEGUN_JOB = 1;
/** Set by the pool: the job whose answer came and could not be read. */
export const UNREAD_JOB = 2;
/** Of this worker and of those that it has started, how many must not be ended just now. */
export const UNBROKEN_COUNT = 3;
/** Set by the pool: it is to be ended as soon as it may be. */
export const IS_TO_END = 4;
export const SHARED_BYTES = 5 * Int32Array.BYTES_PER_ELEMENT;

/** What a worker is started with. The words above are all the memory that is shared. */
export type WorkerStart = {
  readonly jobWords: Int32Array;
  /** Of the workers in which its pool was made, the nearest first: it ends with each of them. */
  readonly outerWords: readonly Int32Array[];
  readonly workerData: unknown;
};

/** From the pool to a worker. `id` is a positive int32, unlike those before it. */
export type JobRequest = {
  readonly id: number;
  readonly kind: PropertyKey;
  readonly input: unknown;
};

/** From a worker to the pool. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorParts };

const MESSAGE_TYPES: ReadonlySet<unknown> = new Set<WorkerMessage['type']>([
  'ready',
  'done',
  'failed',
]);

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    MESSAGE_TYPES.has(message.type)
  );
}
