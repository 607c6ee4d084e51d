import { write, writeSync } from 'node:fs';
import type { LogOutput } from './logger.ts';

export type LogFile = LogOutput & {
  /** How many lines were thrown away because the reader behind did not keep up or went away. */
  droppedLines(): number;
  /**
   * Writes what is still held, for the very end of a process: it blocks until the reader has read,
   * and no process can exit sooner while a write to a full pipe is under way.
   */
  flushSync(): void;
};

/**
 * Log lines to an open file descriptor (1 is the standard output), without ever waiting for its
 * reader: Node's own `process.stdout` stops the event loop while a pipe is full. What the reader
 * does not take is held up to a limit, then dropped and counted.
 */
export function openLogFile(fileDescriptor: number): LogFile {
  let held: string[] = [];
  let heldBytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  let isWriting = false;
  let isGone = false;
  let droppedLines = 0;

  function pump(): void {
    if (rest.length === 0) takeHeld();
    if (isWriting || isGone || rest.length === 0) return;
    isWriting = true;
    write(fileDescriptor, rest, 0, rest.length, null, (error, written) => {
      isWriting = false;
      if (error === null) {
        rest = rest.subarray(written);
        pump();
      } else if (isTryAgain(error)) {
        setTimeout(pump, TRY_AGAIN_MILLIS).unref();
      } else {
        isGone = true;
      }
    });
  }

  function takeHeld(): void {
    rest = Buffer.from(held.join(''));
    held = [];
    heldBytes = 0;
  }

  return {
    write(line) {
      if (isGone || heldBytes + rest.length >= HELD_MAX_BYTES) {
        droppedLines++;
        return;
      }
      held.push(line);
      heldBytes += line.length;
      pump();
    },
    droppedLines: () => droppedLines,
    flushSync() {
      // What is on its way gets there, maybe behind what follows: a process does not end before its
      // threads have written. Each line has its time.
      if (isWriting) takeHeld();
      while (!isGone) {
        if (rest.length === 0) takeHeld();
        if (rest.length === 0) return;
        try {
          rest = rest.subarray(writeSync(fileDescriptor, rest));
        } catch (error) {
          if (!isTryAgain(error)) return;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TRY_AGAIN_MILLIS);
        }
      }
    },
  };
}

/** Some 40,000 lines. */
const HELD_MAX_BYTES = 8 << 20;
const TRY_AGAIN_MILLIS = 50;

function isTryAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
