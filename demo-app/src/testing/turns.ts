/**
 * Runs both processes of the demo app with the real agent under load and prints the longest turns of
 * their event loops, and what the agent's profiles say about elDataConverter.
 *
 *     npm run turns -w demo-app -- --elements 50000 --rate 0.5 --seconds 60 [--fault el-data-converter]
 *                                  [--node PATH] [--no-profiling]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type DemoProcess, freePort, startDemoProcess } from './demo-processes.ts';
import { sharesOf, startProfileSink } from './profile-sink.ts';
import type { GcMessage, TurnMessage } from './turn-reporter.ts';

const { values } = parseArgs({
  options: {
    elements: { type: 'string', default: '50000' },
    rate: { type: 'string', default: '0.5' },
    seconds: { type: 'string', default: '60' },
    node: { type: 'string', default: process.execPath },
    fault: { type: 'string', default: '' },
    'no-profiling': { type: 'boolean', default: false },
  },
});

const RULE_MILLIS = 40;

type Measured = { readonly demo: DemoProcess; readonly turns: TurnMessage[]; gcs: GcMessage[] };

const dataDir = mkdtempSync(join(tmpdir(), 'demo-turns-'));
const sink = await startProfileSink();
const [apiPort, workerPort] = [await freePort(), await freePort()];
const common = {
  DEMO_INSTANCE: 'turns',
  DEMO_LOG_LEVEL: 'info',
  DEMO_PROFILING: values['no-profiling'] ? 'off' : 'on',
  PYROSCOPE_SERVER_ADDRESS: sink.url,
  DEMO_API_URL: `http://127.0.0.1:${apiPort}`,
  DEMO_WORKER_URL: `http://127.0.0.1:${workerPort}`,
};
const worker = measured('worker', { ...common, PORT: `${workerPort}`, DEMO_FAULT: values.fault });
const api = measured('api', { ...common, PORT: `${apiPort}`, DEMO_DATA_DIR: dataDir });
await Promise.all([worker.demo.ready, api.demo.ready]);
const readyMillis = Date.now();

const load = spawn(
  process.execPath,
  [
    ...['--import', 'tsx', fileURLToPath(new URL('../../../scripts/load.ts', import.meta.url))],
    ...['--rate', values.rate, '--elements', values.elements, '--seconds', values.seconds],
    ...['--url', common.DEMO_API_URL],
  ],
  { stdio: 'inherit' },
);
// Ctrl-C ends the load; the figures so far are printed all the same.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => load.kill());
await once(load, 'exit');
await new Promise((resolve) => setTimeout(resolve, 3_000));
const exitCodes = [await api.demo.stop(), await worker.demo.stop()];
await sink.close();
rmSync(dataDir, { recursive: true, force: true });

console.log(`\nNode ${values.node}, exit codes ${exitCodes.join(', ')}`);
for (const [name, { turns, gcs }] of [
  ['demo-api', api],
  ['demo-worker', worker],
] as const) {
  const since = turns.filter(({ endMillis }) => endMillis >= readyMillis);
  const starved = since.filter(({ millis, waitMillis }) => waitMillis > millis / 2);
  const flushes = since.filter((turn) => turn.flushMillis > 0 && !starved.includes(turn));
  const own = since.filter((turn) => turn.flushMillis === 0 && !starved.includes(turn));
  console.log(`${name}: turns over 15 ms`);
  for (const [kind, some] of Object.entries({ own, flushes, starved })) {
    const over = some.filter(({ millis }) => millis >= RULE_MILLIS).length;
    const longest = some.toSorted((a, b) => b.millis - a.millis).slice(0, 5);
    const list = longest.map((turn) => describe(turn, gcs)).join(', ');
    console.log(`  ${kind.padEnd(8)} ${some.length}, over 40 ms ${over}   longest: ${list}`);
  }
  // What a starved turn would have taken on a machine of its own.
  const onCore = since.filter(({ flushMillis }) => flushMillis === 0).map(onCoreMillis);
  console.log(`  longest on a core, starved or not: ${Math.max(0, ...onCore).toFixed(1)} ms`);
}
for (const name of ['demo-api', 'demo-worker']) {
  console.log(`${name}: share of CPU with what it calls, and its own, by profile`);
  for (const { profile, name: posted } of sink.profiles) {
    if (!posted.startsWith(name)) continue;
    const { sum, functions } = sharesOf(profile, 'cpu');
    const [first] = functions;
    // The heap's profiles have no such values.
    if (first === undefined || sum === 0) continue;
    const found = functions.filter(({ name }) => name.includes(':elDataConverter:'));
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    const mine = found.map((f) => `${f.name} ${percent(f.total)} / ${percent(f.self)}`).join('; ');
    console.log(
      `  ${(sum / 1e6).toFixed(0).padStart(5)} ms: ${mine || 'no elDataConverter'}` +
        `   top: ${first.name} ${percent(first.self)}`,
    );
  }
}

function measured(name: 'api' | 'worker', environment: Record<string, string>): Measured {
  const reporter = new URL('./turn-reporter.js', import.meta.url).href;
  const demo = startDemoProcess({
    name,
    environment,
    nodeFlags: ['--import', reporter],
    nodePath: values.node,
  });
  const turns: TurnMessage[] = [];
  const gcs: GcMessage[] = [];
  demo.child.on('message', (message) => {
    const told = message as TurnMessage | GcMessage;
    if (told.kind === 'turn') turns.push(told);
    else gcs.push(told);
  });
  return { demo, turns, gcs };
}

function onCoreMillis({ millis, waitMillis }: TurnMessage): number {
  return millis - waitMillis;
}

/** `31.2 (wait 12.0, gc 8.1)`. Collections belong to the turn in which they ended. */
function describe(turn: TurnMessage, gcs: readonly GcMessage[]): string {
  const gcMillis = gcs
    .filter(({ endMillis }) => {
      const beforeEnd = turn.endMillis - endMillis;
      return beforeEnd >= -1 && beforeEnd <= turn.millis + 1;
    })
    .reduce((sum, { millis }) => sum + millis, 0);
  return `${turn.millis.toFixed(1)} (wait ${turn.waitMillis.toFixed(1)}, gc ${gcMillis.toFixed(1)}, flush ${turn.flushMillis.toFixed(1)})`;
}
