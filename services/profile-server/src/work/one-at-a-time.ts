import type { Clock } from '@emberscope/node-kit';

export type Turn = 'mine' | 'aborted' | 'timed-out';

export type OneAtATime = {
  /** Waits for a turn. After `mine`, and only then, `next` must be called once. */
  wait(signal: AbortSignal | undefined, limitMillis: number): Promise<Turn>;
  next(): void;
};

/** A line in which one is served at a time, in the order of coming. Whoever gives up leaves it. */
export function createOneAtATime(clock: Clock): OneAtATime {
  const line = new Set<() => void>();
  let isBusy = false;

  return {
    wait(signal, limitMillis) {
      if (signal?.aborted) return Promise.resolve('aborted');
      if (!isBusy) {
        isBusy = true;
        return Promise.resolve('mine');
      }
      return new Promise((resolve) => {
        const finish = (turn: Turn) => {
          stopTimer();
          signal?.removeEventListener('abort', onAbort);
          line.delete(serve);
          resolve(turn);
        };
        const serve = () => finish('mine');
        const onAbort = () => finish('aborted');
        const stopTimer = clock.after(limitMillis, () => finish('timed-out'));
        signal?.addEventListener('abort', onAbort, { once: true });
        line.add(serve);
      });
    },
    next() {
      const [serve] = line;
      if (serve === undefined) isBusy = false;
      else serve();
    },
  };
}
