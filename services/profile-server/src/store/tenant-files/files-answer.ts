import { FsError } from '@emberscope/node-kit/worker';

/** Why a tenant's file could not be read or written. `reason` is a sentence for the client. */
export type FilesError =
  /** Nothing is wrong with the request; the same one may succeed in `retryAfterSeconds`. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number }
  /** A limit that stays reached until something is deleted. */
  | { readonly kind: 'full'; readonly reason: string }
  | { readonly kind: 'not-found'; readonly reason: string }
  /** What is stored is newer than what was to take its place. */
  | { readonly kind: 'outdated'; readonly reason: string }
  /** Bytes on disk are not what was written. */
  | { readonly kind: 'damaged'; readonly reason: string };

export type FilesAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: FilesError };

/** Ends an operation early: thrown within this folder, and an answer at its door. */
export class FilesRefusal extends Error {
  readonly error: FilesError;
  constructor(error: FilesError) {
    super(error.reason);
    this.error = error;
  }
}

/** How soon a client should come again where the disk or the line of writes was the reason. */
export const RETRY_AFTER_SECONDS = 1;

/**
 * What an operation answers or how it failed. Of an error of the disk a client hears what failed and
 * not where files lie; `onTrouble` hears all of it.
 */
export async function answerOf<Value>(
  run: () => Promise<Value>,
  onTrouble: (error: FsError) => void,
): Promise<FilesAnswer<Value>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    if (error instanceof FilesRefusal) return { ok: false, error: error.error };
    if (!(error instanceof FsError)) throw error;
    onTrouble(error);
    const reason = `the disk does not take or give files just now: ${error.operation}, ${error.code}`;
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    return { ok: false, error: { kind: 'unavailable', reason, retryAfterSeconds } };
  }
}

export function refuse(kind: 'full' | 'not-found' | 'outdated' | 'damaged', reason: string): never {
  throw new FilesRefusal({ kind, reason });
}
