/** Jobs that do to a worker what real ones may. */
export type TestJobs = {
  add: { input: { a: number; b: number }; output: number };
  echo: { input: unknown; output: unknown };
  /** Transfers its input back, each byte one more. */
  increment: { input: Uint8Array<ArrayBuffer>; output: Uint8Array<ArrayBuffer> };
  workerData: { input: null; output: unknown };
  threadId: { input: null; output: number };
  sleep: { input: { millis: number }; output: 'slept' };
  /** Blocks its thread. */
  block: { input: { millis: number }; output: 'blocked' };
  spin: { input: null; output: never };
  /** Spins until nobody waits; answers to nobody. */
  spinPolitely: { input: null; output: 'noticed' };
  /** Spins in pieces that must not be broken; `pieces` counts those begun and those done. */
  spinUnbroken: { input: { pieces: Int32Array; pieceMillis: number }; output: never };
  /** Has a thread of its own that does as `spinUnbroken` says. */
  spinUnbrokenWithin: { input: { pieces: Int32Array; pieceMillis: number }; output: never };
  /** Exits in the middle of what must not be broken, a while after it has counted. */
  dieUnbroken: { input: { pieces: Int32Array }; output: never };
  /** Inflates without end. */
  inflate: { input: { gzip: Uint8Array; pieces: Int32Array }; output: never };
  fail: { input: { name: string; message: string; data: unknown }; output: never };
  failWithFunction: { input: null; output: never };
  throwText: { input: null; output: never };
  answerFunction: { input: null; output: unknown };
  /** Answers what can be read, sent or neither, and counts in `unsent` when it was not. */
  hold: {
    input: { unsent: Int32Array; as: 'text' | 'unreadable' | 'unsendable' };
    output: unknown;
  };
  exit: { input: { code: number }; output: never };
  throwAsynchronously: { input: null; output: never };
  exhaustMemory: { input: null; output: never };
  /** Answers, and then dies without having looked at its next job. */
  dieAfterAnswer: { input: null; output: 'answered' };
  /** Posts something that is not for the pool. */
  chatter: { input: null; output: 'chattered' };
};
