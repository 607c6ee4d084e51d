import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';
import { endThread, type PoolThread, systemClock } from '@emberscope/node-kit';

/** Threads of pools in this process, which can be ended in the middle of their work. */
export type MortalThreads = Disposable & {
  /**
   * Ends the thread of an entry file that is handed a job of such a kind next, so long after that.
   * Resolves when it has ended, which the pool has heard by then.
   */
  killNext(file: string, kind: string, afterMillis: number): Promise<void>;
  /** How many threads of an entry file were ended, when those that are to end have. */
  ended(file: string): Promise<number>;
};

type Aim = {
  readonly file: string;
  readonly kind: string;
  hit(thread: PoolThread): void;
};

/** From now on and until it is disposed of, Node's `Worker` is one that can be aimed at. */
export function mortalThreads(): MortalThreads {
  const real = workerThreads.Worker;
  const aims = new Set<Aim>();
  const hits = new Map<string, Promise<void>[]>();

  class Mortal extends real {
    readonly #file: string;
    readonly #jobWords: PoolThread['jobWords'];
    #isToEnd = false;

    constructor(...given: ConstructorParameters<typeof real>) {
      super(...given);
      this.#file = String(given[0]);
      this.#jobWords = given[1]?.workerData.jobWords;
    }

    override postMessage(...given: Parameters<workerThreads.Worker['postMessage']>): void {
      super.postMessage(...given);
      const aim = [...aims].find(
        ({ file, kind }) => this.#file.endsWith(file) && isJob(given[0], kind),
      );
      if (aim === undefined || this.#isToEnd) return;
      aims.delete(aim);
      this.#isToEnd = true;
      aim.hit({ worker: this, jobWords: this.#jobWords });
    }
  }

  workerThreads.Worker = Mortal;
  syncBuiltinESMExports();
  return {
    killNext(file, kind, afterMillis) {
      return new Promise((resolve) => {
        aims.add({
          ...{ file, kind },
          hit(thread) {
            const ended = new Promise<void>((exited) => thread.worker.once('exit', () => exited()));
            hits.set(file, [...(hits.get(file) ?? []), ended]);
            resolve(ended);
            if (afterMillis === 0) void endThread(thread, systemClock);
            else setTimeout(() => void endThread(thread, systemClock), afterMillis);
          },
        });
      });
    },
    ended: async (file) => (await Promise.all(hits.get(file) ?? [])).length,
    [Symbol.dispose]() {
      workerThreads.Worker = real;
      syncBuiltinESMExports();
    },
  };
}

/** What a pool tells a thread: `messages.ts` of its worker pool. */
function isJob(message: unknown, kind: string): boolean {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind
  );
}
