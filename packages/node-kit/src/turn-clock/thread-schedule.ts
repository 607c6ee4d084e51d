import { closeSync, openSync, readSync } from 'node:fs';

/** What the scheduler has given a thread since it began. */
export type Schedule = {
  /** On a core. */
  readonly runMillis: number;
  /** Able to run, but in the queue for a core. */
  readonly waitMillis: number;
};

export type ScheduleReader = {
  /** Undefined where the system does not tell. */
  read(): Schedule | undefined;
  close(): void;
};

/**
 * Reads the calling thread's figures from `/proc/thread-self/schedstat` (Linux,
 * `Documentation/scheduler/sched-stats.rst`): nanoseconds on a core, nanoseconds in its queue, and
 * how often. It is a file of the kernel's memory, so reading it synchronously takes a microsecond.
 */
export function openScheduleReader(path = '/proc/thread-self/schedstat'): ScheduleReader {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return { read: () => undefined, close: () => {} };
  }
  const buffer = Buffer.alloc(128);
  return {
    read() {
      if (descriptor === undefined) return undefined;
      const length = readSync(descriptor, buffer, 0, buffer.length, 0);
      const [runNanos, waitNanos] = buffer.toString('latin1', 0, length).split(' ').map(Number);
      if (runNanos === undefined || waitNanos === undefined) return undefined;
      return { runMillis: runNanos / NANOS_PER_MILLI, waitMillis: waitNanos / NANOS_PER_MILLI };
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

const NANOS_PER_MILLI = 1e6;
