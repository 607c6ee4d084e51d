import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { runToolJson } from './tools.mjs';

/** A server writes what it has when it ends; a Pyroscope takes some seconds for it. */
const STOP_MAX_MILLIS = 60_000;

/**
 * Starts a command and returns when its `/ready` says so, with `firstAnswerMs` and `readyMs`. The
 * tool that measures this starts the server in a session of its own and leaves it running.
 */
export async function startMeasured(command, port, { cwd, environment } = {}) {
  const url = `http://127.0.0.1:${port}`;
  const args = ['--ready', `${url}/ready`, '--', ...command];
  const start = await runToolJson('measure', args, { cwd, environment });
  return { url, pid: start.pid, start, stop: () => endByPid(start.pid, command[0]) };
}

/** Sends SIGTERM to the process we started, and waits until it is gone. */
async function endByPid(pid, program) {
  // A process that ended long ago may have left its number to another.
  if (!argumentsOf(pid).includes(program)) return;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MAX_MILLIS;
  while (argumentsOf(pid).includes(program)) {
    if (Date.now() > deadline) {
      process.kill(pid, 'SIGKILL');
      throw new Error(`the server (${pid}) did not end within ${STOP_MAX_MILLIS} ms of SIGTERM`);
    }
    await sleep(50);
  }
}

/** Empty for a process that is gone, or has ended and waits to be collected. */
function argumentsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/** A port that nobody listens on now. */
export function freePort() {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
