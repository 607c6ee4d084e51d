/**
 * To be loaded before a process of the demo app, by `child_process.fork` with
 * `--import ./dist/testing/turn-reporter.js`: tells the parent of every turn of the event loop that
 * took long. The app itself knows nothing of it.
 *
 * A turn is the time from one check phase to the next, less what the loop waited for something to
 * do. While the agent samples, its signals end the loop's waits early and waiting looks like work;
 * the scheduler knows better (`/proc/thread-self/schedstat`, Linux: nanoseconds on a core and in the
 * queue for one), so a turn is never taken to be longer than that.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PerformanceObserver, performance } from 'node:perf_hooks';

export type TurnMessage = {
  readonly kind: 'turn';
  /** When it ended, in Unix time. */
  readonly endMillis: number;
  readonly millis: number;
  /** In the queue for a core: over half of `millis` means that the machine was busy. */
  readonly waitMillis: number;
  /** Of it, inside what the agent does at a flush. */
  readonly flushMillis: number;
};
export type GcMessage = {
  readonly kind: 'gc';
  readonly endMillis: number;
  readonly millis: number;
};

const TURN_MIN_MILLIS = 15;
const GC_MIN_MILLIS = 5;

const schedstat = openSync('/proc/thread-self/schedstat', 'r');
const buffer = Buffer.alloc(128);
let flushMillis = 0;

function scheduleMillis(): readonly [run: number, wait: number] {
  const length = readSync(schedstat, buffer, 0, buffer.length, 0);
  const [run = 0, wait = 0] = buffer.toString('latin1', 0, length).split(' ').map(Number);
  return [run / 1e6, wait / 1e6];
}

function now() {
  const [runMillis, waitMillis] = scheduleMillis();
  return {
    millis: performance.now(),
    idleMillis: performance.nodeTiming.idleTime,
    runMillis,
    waitMillis,
  };
}

function tell(message: TurnMessage | GcMessage): void {
  // The parent may have gone first.
  if (process.connected) process.send?.(message);
}

let last = now();
function tick(): void {
  const turn = now();
  const busyMillis = turn.millis - last.millis - (turn.idleMillis - last.idleMillis);
  const waitMillis = turn.waitMillis - last.waitMillis;
  const millis = Math.min(busyMillis, turn.runMillis - last.runMillis + waitMillis);
  if (millis >= TURN_MIN_MILLIS) {
    tell({ kind: 'turn', endMillis: Date.now(), millis, waitMillis, flushMillis });
  }
  flushMillis = 0;
  last = now();
  setImmediate(tick).unref();
}
setImmediate(tick).unref();

/** What the agent calls on the main thread when it flushes. */
function watchFlush(): void {
  const agent = createRequire(createRequire(import.meta.url).resolve('@pyroscope/nodejs'));
  const { time, heap } = agent('@datadog/pprof');
  const encoder = agent('@datadog/pprof/out/src/profile-encoder');
  for (const [owner, name] of [
    [time, 'stop'],
    [heap, 'profile'],
    [encoder, 'encode'],
  ] as const) {
    const original: (...values: unknown[]) => unknown = owner[name];
    owner[name] = (...values: unknown[]) => {
      const startMillis = performance.now();
      try {
        return original(...values);
      } finally {
        flushMillis += performance.now() - startMillis;
      }
    };
  }
}
watchFlush();

new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    const endMillis = performance.timeOrigin + startTime + duration;
    if (duration >= GC_MIN_MILLIS) tell({ kind: 'gc', endMillis, millis: duration });
  }
}).observe({ entryTypes: ['gc'] });

process.channel?.unref();
process.once('exit', () => closeSync(schedstat));
