import { FilesRefusal, RETRY_AFTER_SECONDS } from './files-answer.ts';

/** Runs writes one after the other, in the order they came. */
export type WriteLine = {
  /** Rejects as `write` does, or with a refusal when too many wait. */
  run<Value>(write: () => Promise<Value>): Promise<Value>;
};

/** A disk that is stuck would gather uploads of some megabytes each. */
const MAX_WAITING = 64;

export function createWriteLine(): WriteLine {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    async run(write) {
      if (waiting >= MAX_WAITING) {
        const reason = `${waiting} writes wait for the disk; the limit is ${MAX_WAITING}`;
        const retryAfterSeconds = RETRY_AFTER_SECONDS;
        throw new FilesRefusal({ kind: 'unavailable', reason, retryAfterSeconds });
      }
      waiting++;
      const before = last;
      const mine = before.then(write, write);
      last = mine.catch(() => {});
      try {
        return await mine;
      } finally {
        waiting--;
      }
    },
  };
}
