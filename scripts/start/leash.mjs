import { isMainThread } from 'node:worker_threads';

/*
 * Loaded into every part before its own code (node --import): when `npm start` is gone, however it
 * went, the channel to it closes, and the part leaves as if it had been asked to.
 */

/** As long as `npm start` itself would wait. */
const LEAVE_MAX_MILLIS = 10_000;

// Threads of a part inherit the --import, and have no channel of their own.
if (isMainThread && process.channel) {
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LEAVE_MAX_MILLIS).unref();
  });
  // Whoever has nothing else to do may end.
  process.channel.unref();
}
