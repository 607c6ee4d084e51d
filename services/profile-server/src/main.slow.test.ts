import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pprofOf } from './testing/drawn-pprof.ts';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

const folder = mkdtempSync(join(tmpdir(), 'emberscope-main-'));
after(() => rmSync(folder, { recursive: true }));
let directories = 0;

/** A server on a port that the system chose, with a data directory of its own. */
async function startReady(
  args: readonly string[] = [],
  dataDir = join(folder, `${directories++}`),
) {
  const child = start(['--listen', '127.0.0.1:0', '--data-dir', dataDir, ...args]);
  const end = ended(child);
  let out = '';
  for await (const [chunk] of onData(child)) {
    out += chunk;
    const port = /ready on 127\.0\.0\.1:(\d+)/.exec(out)?.[1];
    if (port !== undefined) return { child, end, url: `http://127.0.0.1:${port}` };
  }
  throw new Error(`it ended: ${(await end).err}`);
}

async function* onData(child: ChildProcess): AsyncIterable<readonly [string]> {
  while (child.stdout !== null && !child.stdout.destroyed) {
    yield (await once(child.stdout, 'data')) as [string];
  }
}

test('--help lists the settings; bad values, unknown flags and a page that is none end with a reason', async () => {
  const [help, bad, unknown, nothingLike, noFolder] = await Promise.all([
    ended(start(['--help'])),
    ended(start(['--retention-period', 'soon'])),
    ended(start(['--lisen', ':1'])),
    ended(start(['-no-such-flag'])),
    ended(start(['--listen', '127.0.0.1:0', '--page-dir', MAIN])),
  ]);
  assert.equal(help.code, 0);
  assert.match(help.out, /--querier\.max-query-length/);
  assert.equal(bad.code, 2);
  assert.match(bad.err, /retention-period.*soon/);
  assert.equal(unknown.code, 2);
  assert.equal(unknown.err, '--lisen is unknown; did you mean --listen?\n');
  assert.equal(nothingLike.err, '--no-such-flag is unknown; --help lists what there is\n');
  assert.equal(noFolder.code, 1);
  assert.match(noFolder.err, /^Cannot read the page \(setting page-dir\): .*main\.js/);
  assert.doesNotMatch(noFolder.err, /^ +at /m);
});

test('a setting of Pyroscope that is none here is passed over with a warning; health is told by code', async () => {
  const { child, end, url } = await startReady(['-compactor.blocks-retention-period', '1h']);
  const well = await ended(start(['healthcheck', `${url}/ready`]));
  assert.equal(well.code, 0, well.err);
  child.kill('SIGTERM');
  const { code, err } = await end;
  assert.equal(code, 0);
  assert.match(err, /"level":"warn".*compactor\.blocks-retention-period/);
  const gone = await ended(start(['healthcheck', `${url}/ready`]));
  assert.equal(gone.code, 1);
  assert.match(gone.err, /ECONNREFUSED/);
});

test('what was acknowledged is there after a restart, and after the process was killed', async () => {
  const dataDir = join(folder, 'restarted');
  const push = (url: string, drawn: string) =>
    fetch(`${url}/ingest?format=pprof&name=kept`, { method: 'POST', body: pprofOf(drawn) });
  const range = { start: Date.now() - 600_000, end: Date.now() + 600_000 };
  const namesOf = async (url: string) => {
    const answer = await fetch(`${url}/querier.v1.QuerierService/SelectMergeStacktraces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...range,
        profileTypeID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        labelSelector: '{service_name="kept"}',
      }),
    });
    const { flamegraph } = (await answer.json()) as { flamegraph: { names: string[] } };
    return flamegraph.names.toSorted();
  };
  for (const [index, signal] of (['SIGKILL', 'SIGTERM', 'SIGTERM'] as const).entries()) {
    const { child, end, url } = await startReady([], dataDir);
    assert.equal((await push(url, `main;run${index} 3`)).status, 200);
    const runs = Array.from({ length: index + 1 }, (_, run) => `run${run}`);
    assert.deepEqual(await namesOf(url), ['main', ...runs, 'total']);
    child.kill(signal);
    await end;
  }
});

test('with profiles it takes requests at once, and is ready when it has practised with them', async () => {
  const dataDir = join(folder, 'practised');
  const push = (url: string) =>
    fetch(`${url}/ingest?format=pprof&name=a`, { method: 'POST', body: pprofOf('main;run 3') });
  const empty = await startReady([], dataDir);
  assert.equal(
    (await fetch(`${empty.url}/ready`)).status,
    200,
    'there is nothing to practise with',
  );
  assert.equal((await push(empty.url)).status, 200);
  empty.child.kill('SIGTERM');
  await empty.end;

  const { child, end, url } = await startReady([], dataDir);
  const early = await fetch(`${url}/ready`);
  assert.equal(early.status, 503);
  assert.match(await early.text(), /^queries: starting \(practising with the newest profiles\)$/m);
  assert.equal((await push(url)).status, 200);
  const giveUpMillis = Date.now() + 10_000;
  let status = early.status;
  while (status !== 200 && Date.now() < giveUpMillis) {
    status = (await fetch(`${url}/ready`)).status;
  }
  assert.equal(status, 200);
  child.kill('SIGTERM');
  const { err } = await end;
  assert.equal(err.match(/"msg":"ready"/g)?.length, 1, err);
});

test('a server that is told to end before it is ready does, as if it had been', async () => {
  const place = ['--listen', '127.0.0.1:0', '--data-dir', join(folder, 'early')];
  const child = start([...place, '-compactor.blocks-retention-period=1h']);
  const end = ended(child);
  // The first line of its log, a warning: from here on it hears signals.
  if (child.stderr !== null) await once(child.stderr, 'data');
  child.kill('SIGTERM');
  const { code, out, err } = await end;
  assert.equal(code, 0, err);
  assert.match(err, /stopped before it was ready/);
  assert.equal(out, '');
});

test('two servers do not share a data directory', async () => {
  const dataDir = join(folder, 'shared');
  const { child, end } = await startReady([], dataDir);
  const second = await ended(start(['--listen', '127.0.0.1:0', '--data-dir', dataDir]));
  assert.equal(second.code, 1);
  assert.match(second.err, new RegExp(`^.*${dataDir}.*${child.pid}.*$`, 'm'));
  child.kill('SIGTERM');
  assert.equal((await end).code, 0);
});

test('a data directory that nobody can make is one sentence and not a wait', {
  skip: process.platform !== 'linux' && 'there is no /proc',
}, async () => {
  const { code, err } = await ended(
    start(['--listen', '127.0.0.1:0', '--data-dir', '/proc/nope/data']),
  );
  assert.equal(code, 1);
  assert.match(
    err,
    /the data directory \/proc\/nope\/data cannot be made: nobody can make \/proc\/nope,/,
  );
});

test('a pipe in the place of the lock is one sentence and not a wait', {
  skip: process.platform === 'win32' && 'there are no such pipes',
  timeout: 30_000,
}, async (t) => {
  const dataDir = join(folder, 'piped');
  mkdirSync(dataDir);
  execFileSync('mkfifo', [join(dataDir, 'LOCK')]);
  const child = start(['--listen', '127.0.0.1:0', '--data-dir', dataDir]);
  t.after(() => child.kill('SIGKILL'));
  const { code, err } = await ended(child);
  assert.equal(code, 1);
  assert.match(err, /the data directory .*piped cannot be opened: .*LOCK: not a regular file/);
});

test('a push that has begun is answered when the server is told to end', async () => {
  const { child, end, url } = await startReady();
  const body = pprofOf('main;serve 3');
  const headers = { 'content-length': body.length };
  const sent = request(`${url}/ingest?format=pprof&name=last`, { method: 'POST', headers });
  const answered = once(sent, 'response');
  sent.write(body.subarray(0, 5));
  await once(sent, 'socket');
  // Its head has to be there: a connection without a request is closed at once.
  while (!/in_flight 1\b/.test(await (await fetch(`${url}/metrics`)).text())) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  sent.end(body.subarray(5));
  const [response] = await answered;
  response.resume();
  assert.equal(response.statusCode, 200);
  assert.equal((await end).code, 0);
});
