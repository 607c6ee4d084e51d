import { once } from 'node:events';
import { isMainThread, Worker } from 'node:worker_threads';
import { systemClock } from '@emberscope/node-kit/worker';
import { createIdleCollection } from '../idle-collection.ts';

/* A program: threads that find out at the same time how to collect their garbage, again and again. */

const THREADS = 4;
const TIMES = 150;

if (isMainThread) {
  const threads = Array.from({ length: THREADS }, () => new Worker(new URL(import.meta.url)));
  // An error of a thread rejects, and ends the program.
  await Promise.all(threads.map((thread) => once(thread, 'exit')));
  console.log('all collected');
} else {
  let collected = 0;
  for (let i = 0; i < TIMES; i++) {
    const garbage = new WeakRef({ text: 'gone soon' });
    // Those of a turn are kept until it ends.
    await new Promise(setImmediate);
    createIdleCollection(systemClock).collect();
    if (garbage.deref() === undefined) collected++;
  }
  if (collected < TIMES) throw new Error(`${collected} of ${TIMES} times`);
}
