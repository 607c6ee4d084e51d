/** Both processes as they are started in earnest, with the real agent. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleOf } from './testing/bundles.ts';
import { type DemoProcess, freePort, startDemoProcess } from './testing/demo-processes.ts';
import { temporaryFolder } from './testing/folders.ts';
import { sharesOf, startProfileSink } from './testing/profile-sink.ts';
import { eventually } from './testing/servers.ts';

/** Generous: what is shown is that something happens, not how fast a busy machine is. */
const LONG_MILLIS = 60_000;
const STOP_MAX_MILLIS = 5_000;
const REPORTS = 4;

const started: DemoProcess[] = [];
after(() => {
  for (const { child } of started) child.kill('SIGKILL');
});
const sink = await startProfileSink();
after(() => sink.close());

const dataDir = temporaryFolder();
const [apiPort, workerPort] = [await freePort(), await freePort()];
const apiUrl = `http://127.0.0.1:${apiPort}`;
const workerUrl = `http://127.0.0.1:${workerPort}`;

function start(name: 'api' | 'worker', more: Record<string, string> = {}): DemoProcess {
  const demo = startDemoProcess({
    name,
    environment: {
      PORT: String(name === 'api' ? apiPort : workerPort),
      DEMO_API_URL: apiUrl,
      DEMO_WORKER_URL: workerUrl,
      DEMO_DATA_DIR: dataDir,
      DEMO_INSTANCE: `${name}-one`,
      PYROSCOPE_SERVER_ADDRESS: sink.url,
      ...more,
    },
  });
  started.push(demo);
  return demo;
}

async function addReport(malwareCount: number): Promise<void> {
  const response = await fetch(`${apiUrl}/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bundleOf(malwareCount),
  });
  assert.equal(response.status, 201);
}

async function conversions(): Promise<readonly string[]> {
  const response = await fetch(`${apiUrl}/reports`);
  const { reports } = (await response.json()) as {
    readonly reports: readonly { readonly conversion: { readonly state: string } }[];
  };
  return reports.map(({ conversion }) => conversion.state);
}

const allDone = async (count: number): Promise<boolean> => {
  const states = await conversions();
  return states.length === count && states.every((state) => state === 'done');
};

async function healthcheck(url: string): Promise<number> {
  const script = fileURLToPath(new URL('./healthcheck.js', import.meta.url));
  const child = spawn(process.execPath, [script, `${url}/ready`], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code;
}

/** Takes connections and never says a word. */
async function startSilentServer() {
  let connections = 0;
  const silent = createServer((socket) => {
    connections++;
    socket.on('error', () => {}).resume();
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  after(() => silent.close());
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}`, connections: () => connections };
}

async function stopsInTime(demo: DemoProcess): Promise<void> {
  const startMillis = performance.now();
  assert.equal(await demo.stop('SIGTERM'), 0, demo.output());
  assert.ok(performance.now() - startMillis < STOP_MAX_MILLIS);
}

test('a worker that is killed is missed, and its work is done when it is back', async () => {
  const silent = await startSilentServer();
  const api = start('api', { PYROSCOPE_SERVER_ADDRESS: silent.url });
  const killed = start('worker');
  await Promise.all([api.ready, killed.ready]);
  assert.deepEqual([await healthcheck(apiUrl), await healthcheck(workerUrl)], [0, 0]);
  await addReport(50);
  await eventually('it is converted', () => allDone(1), LONG_MILLIS);

  assert.equal(await killed.stop('SIGKILL'), 'SIGKILL');
  assert.equal(await healthcheck(workerUrl), 1);
  await addReport(50);
  assert.equal(await healthcheck(apiUrl), 0);
  assert.deepEqual(await conversions(), ['waiting', 'done']);

  const back = start('worker');
  await eventually('what waited is converted', () => allDone(2), LONG_MILLIS);

  // The agent sends every ten seconds; elDataConverter has to be busy at some sample.
  await back.ready;
  for (let i = 2; i < REPORTS; i++) await addReport(3_000);
  const posted = () =>
    sink.profiles.filter(
      ({ name, profile }) =>
        name.startsWith('demo-worker') &&
        name.includes('instance=worker-one') &&
        sharesOf(profile, 'cpu').functions.some(
          (share) => share.name === './src/database/el-data-converter.ts:elDataConverter:52',
        ),
    );
  await eventually('a profile shows TypeScript', () => posted().length > 0, LONG_MILLIS);
  await eventually('all is converted', () => allDone(REPORTS), LONG_MILLIS);
  // demo-api's own profiles got no answer, and nothing else was the matter with it.
  await eventually('its agent has sent', () => silent.connections() > 0, LONG_MILLIS);
  await Promise.all([stopsInTime(api), stopsInTime(back)]);
});

test('reports outlive a restart, and a profile server that is not there harms nothing', async () => {
  const api = start('api', { PYROSCOPE_SERVER_ADDRESS: `http://127.0.0.1:${await freePort()}` });
  await api.ready;
  assert.ok(await allDone(REPORTS));
  await stopsInTime(api);
});

test('what cannot be started is one sentence and exit code 1', async () => {
  const wrong = start('worker', { DEMO_FAULT: 'el-data' });
  assert.equal(await wrong.exited, 1);
  assert.match(wrong.output(), /^DEMO_FAULT is "el-data" but must be .*\n$/);
});
