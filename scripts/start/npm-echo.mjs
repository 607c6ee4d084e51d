/*
 * npm passes the signals it gets on to its script. The terminal has told the script of Ctrl-C already,
 * so that it hears of it twice, and a second Ctrl-C means "at once" everywhere in this project.
 * (The scripts in package.json begin with `exec`: a shell between npm and us would end by the signal
 * itself, and npm would report that instead of our exit code, or leave us behind.)
 */

/** A busy machine takes its time to pass it on. Who is in earnest presses once more. */
export const ECHO_MAX_MILLIS = 1_000;

/** Keeps npm's echo from all listeners of this process. */
export function silenceNpmEcho(signals = ['SIGINT', 'SIGTERM']) {
  const lastMillis = new Map();
  const emit = process.emit;
  process.emit = function emitOnce(event, ...args) {
    if (signals.includes(event)) {
      const nowMillis = performance.now();
      const isEcho = nowMillis - (lastMillis.get(event) ?? -Infinity) < ECHO_MAX_MILLIS;
      lastMillis.set(event, nowMillis);
      if (isEcho) return true;
    }
    return emit.call(this, event, ...args);
  };
}
