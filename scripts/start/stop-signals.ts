/** That somebody wants an end, by Ctrl-C, by a signal, or by closing the terminal. */
export type StopRequest = {
  /** Resolves at the first signal. */
  readonly asked: Promise<void>;
  readonly isAsked: () => boolean;
  /** Called at the second one: no more waiting. */
  onImpatience(callback: () => void): void;
};

/**
 * npm passes Ctrl-C on to us though the terminal has told us already, within milliseconds. A person
 * who presses it twice is slower than this.
 */
const ECHO_MAX_MILLIS = 150;

export function listenForStop(): StopRequest {
  let firstMillis: number | undefined;
  let impatience = () => {};
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (firstMillis === undefined) {
        firstMillis = performance.now();
        ask();
        // A terminal that closes tells everybody, and those tell us once more: that is no impatience.
      } else if (signal !== 'SIGHUP' && performance.now() - firstMillis > ECHO_MAX_MILLIS) {
        impatience();
      }
    });
  }
  return {
    asked,
    isAsked: () => firstMillis !== undefined,
    onImpatience(callback) {
      impatience = callback;
    },
  };
}
