/**
 * Runs both processes of the demo app from the root, as `npm run demo-app` does. Ctrl-C stops both;
 * when one ends by itself the other is stopped too. All variables of demo-app/README.md count.
 *
 *     npm run demo-app -- --port 8080 --fault el-data-converter
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NODE_FLAGS } from '../demo-app/src/runtime/node-flags.ts';

const HELP = `npm run demo-app -- [options]
  --port N       of demo-api; demo-worker has the next one (8080)
  --fault NAME   what is to be wrong: el-data-converter (DEMO_FAULT)`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    fault: { type: 'string', default: process.env.DEMO_FAULT ?? '' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const apiPort = Number(values.port);
if (!Number.isInteger(apiPort) || apiPort < 1 || apiPort > 65_534) {
  console.error(`--port is "${values.port}" but must be a port from 1 to 65534.`);
  process.exit(2);
}

/** Twice what a process of the demo app takes to stop. */
const STOP_MAX_MILLIS = 10_000;

const environment = {
  DEMO_API_URL: `http://127.0.0.1:${apiPort}`,
  DEMO_WORKER_URL: `http://127.0.0.1:${apiPort + 1}`,
  ...process.env,
  DEMO_FAULT: values.fault,
};
const running = new Set<ChildProcess>();
let exitCode = 0;
let isStopping = false;

start('demo-api', 'dist/api.js', apiPort);
start('demo-worker', 'dist/worker.js', apiPort + 1);
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

function start(name: string, script: string, port: number): void {
  const child = spawn(process.execPath, [...NODE_FLAGS, script], {
    // Frames are named relative to the working directory: ./src/database/el-data-converter.ts
    cwd: fileURLToPath(new URL('../demo-app', import.meta.url)),
    env: { ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C would reach it twice, and the second time ends it at once.
    detached: true,
  });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) =>
      console.log(`${name.padEnd(11)} ${line}`),
    );
  }
  child.once('exit', (code, signal) => {
    running.delete(child);
    if (!isStopping) console.error(`${name} ended with ${code ?? signal}`);
    exitCode ||= code ?? 1;
    stop();
  });
}

function stop(): void {
  if (isStopping) return;
  isStopping = true;
  for (const child of running) child.kill('SIGTERM');
  setTimeout(() => {
    for (const child of running) child.kill('SIGKILL');
  }, STOP_MAX_MILLIS).unref();
}

process.once('beforeExit', () => process.exit(exitCode));
