import { silenceNpmEcho } from './npm-echo.mjs';

/** That somebody wants an end, by Ctrl-C, by a signal, or by closing the terminal. */
export type StopRequest = {
  /** Resolves at the first signal. */
  readonly asked: Promise<void>;
  readonly isAsked: () => boolean;
  /** Called at the second one: no more waiting. */
  onImpatience(callback: () => void): void;
};

export function listenForStop(): StopRequest {
  silenceNpmEcho();
  let isAsked = false;
  let impatience = () => {};
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!isAsked) {
        isAsked = true;
        ask();
        // Who closes a terminal has gone, and does not get impatient.
      } else if (signal !== 'SIGHUP') impatience();
    });
  }
  return {
    asked,
    isAsked: () => isAsked,
    onImpatience(callback) {
      impatience = callback;
    },
  };
}
