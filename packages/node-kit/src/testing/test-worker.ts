import { BlockList } from 'node:net';
import { parentPort, threadId } from 'node:worker_threads';
import { poolWorkerData, serveJobs } from '../worker-pool/serve-jobs.ts';
import { gunzipSync } from '../worker-pool/thread-zlib.ts';
import { unbroken } from '../worker-pool/unbroken.ts';
import { createWorkerPool } from '../worker-pool/worker-pool.ts';
import type { TestJobs } from './test-jobs.ts';

const never = () => new Promise<never>(() => {});

serveJobs<TestJobs>({
  add: ({ a, b }) => a + b,
  echo: (input) => input,
  increment(bytes, context) {
    for (let i = 0; i < bytes.length; i++) bytes[i]!++;
    context.transfer(bytes.buffer, bytes.buffer);
    return bytes;
  },
  workerData: poolWorkerData,
  threadId: () => threadId,
  sleep: ({ millis }) => new Promise((resolve) => setTimeout(resolve, millis, 'slept')),
  block({ millis }) {
    blockThread(millis);
    return 'blocked';
  },
  spin() {
    for (;;);
  },
  spinUnbroken({ pieces, pieceMillis }) {
    for (;;) {
      unbroken(() => {
        Atomics.add(pieces, 0, 1);
        blockThread(pieceMillis);
        Atomics.add(pieces, 1, 1);
      });
    }
  },
  spinUnbrokenWithin(input) {
    const workerUrl = new URL('./test-worker.js', import.meta.url);
    const pool = createWorkerPool<TestJobs>({ workerUrl, workerCount: 1, onWorkerDied: () => {} });
    void pool.run('spinUnbroken', input);
    return never();
  },
  dieUnbroken: ({ pieces }) =>
    unbroken(() => {
      Atomics.add(pieces, 0, 1);
      blockThread(100);
      return process.exit(1);
    }),
  inflate({ gzip, pieces }) {
    for (;;) {
      gunzipSync(gzip);
      Atomics.add(pieces, 0, 1);
    }
  },
  spinPolitely(_, context) {
    while (!context.isCancelled()) blockThread(1);
    return 'noticed';
  },
  fail({ name, message, data }) {
    throw Object.assign(new Error(message), { name, data });
  },
  failWithFunction() {
    throw Object.assign(new Error('odd data'), { data: () => {} });
  },
  throwText() {
    throw 'just text';
  },
  answerFunction: () => () => {},
  hold({ unsent, as }, context) {
    context.onUnsent(() => void Atomics.add(unsent, 0, 1));
    switch (as) {
      case 'text':
        return 'held';
      case 'unreadable':
        return unreadable();
      case 'unsendable':
        return () => {};
      default:
        return as satisfies never;
    }
  },
  exit: ({ code }) => process.exit(code),
  throwAsynchronously() {
    setTimeout(() => {
      throw new TypeError('thrown later');
    }, 1);
    return never();
  },
  exhaustMemory() {
    const hoard: unknown[] = [];
    for (;;) hoard.push(new Array(100_000).fill(hoard.length));
  },
  dieAfterAnswer() {
    // Promises go on before the next message is read: a few steps later the answer has been sent.
    void (async () => {
      for (let i = 0; i < 10; i++) await undefined;
      blockThread(150);
      process.exit(3);
    })();
    return 'answered';
  },
  chatter() {
    parentPort?.postMessage({ type: 'chat' });
    parentPort?.postMessage('chat');
    parentPort?.postMessage(null);
    return 'chattered';
  },
});

/** Can be sent, and names a class that no thread has: to read it fails. */
function unreadable(): unknown {
  const list = new BlockList();
  const clone = Object.getOwnPropertySymbols(BlockList.prototype).find(
    ({ description }) => description === 'messaging_clone_symbol',
  );
  if (clone === undefined) throw new Error('this Node clones its classes in another way');
  const value = () => ({ data: {}, deserializeInfo: 'internal/nowhere:Nothing' });
  return Object.defineProperty(list, clone, { value });
}

function blockThread(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}
