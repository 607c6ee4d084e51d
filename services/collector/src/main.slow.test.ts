import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtureFile } from '@emberscope/test-kit';
import { runCheck } from './commands/check.ts';
import { runHealthcheck } from './commands/healthcheck.ts';
import { runRelabelTest } from './commands/relabel-test.ts';
import { labelsOf, startUpstreamStub } from './testing/upstream-stub.ts';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const wall = new Uint8Array(fixtureFile('agents/push-0.6.4/wall-cpu.pb.gz'));

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

function start(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended: Promise<Ended> = once(child, 'close').then(([code]) => ({ code, out, err }));
  return { child, ended, out: () => out };
}

async function ready(started: { child: ChildProcess; out: () => string }): Promise<string> {
  while (!started.out().includes('\n')) {
    assert.equal(started.child.exitCode, null, started.out());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const line = /^collector ready on (http:\S+), delivering to (http:\S+)\n$/.exec(started.out());
  assert.ok(line, started.out());
  return line[1] ?? '';
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'emberscope-collector-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('starts by file, environment and flags, delivers, and ends what runs before it stops', () =>
  withFolder(async (folder) => {
    await using upstream = await startUpstreamStub();
    const file = join(folder, 'collector.yaml');
    const text = `
listen: 127.0.0.1:0
external-labels: [cluster=file, region=file]
relabel_rules:
  - { source_labels: [pod], regex: p-(.*), target_label: instance }
  - { source_labels: [instance], target_label: __tmp_x }
  - { action: drop, source_labels: [service_name], regex: secret }
`;
    await writeFile(file, text);
    const environment = { EMBERSCOPE_ENDPOINTS: upstream.url };
    const started = start(['--config', file, '--external-labels', 'cluster=flag'], environment);
    try {
      const url = await ready(started);
      const post = (name: string) =>
        fetch(`${url}/ingest?name=${name}&format=pprof`, { method: 'POST', body: wall });
      assert.equal((await post('secret')).status, 200);
      assert.equal(upstream.pushes.length, 0, 'dropped by a rule');

      let release = () => {};
      const begun = new Promise<void>((began) => {
        upstream.before = () =>
          new Promise<void>((resolve) => {
            release = resolve;
            began();
          });
      });
      const answer = post('shop{pod=p-7}');
      await begun;
      started.child.kill('SIGTERM');
      await new Promise((resolve) => setTimeout(resolve, 50));
      release();
      assert.equal((await answer).status, 200);
      assert.deepEqual(labelsOf(upstream.pushes[0]?.series[0]), {
        __delta__: 'false',
        __name__: 'wall',
        cluster: 'flag',
        instance: '7',
        pod: 'p-7',
        pyroscope_spy: 'unknown',
        service_name: 'shop',
      });
      const { code, err } = await started.ended;
      assert.equal(code, 0, err);
      const lines = err.trim().split('\n');
      assert.equal(JSON.parse(lines.at(-1) ?? '').msg, 'stopped');
    } finally {
      started.child.kill('SIGKILL');
    }
  }));

test('a port in use is one sentence with the name of the setting; health can be asked for', async () => {
  await using upstream = await startUpstreamStub();
  const port = new URL(upstream.url).port;
  const taken = start(['--listen', `127.0.0.1:${port}`]);
  upstream.plain = { status: 200 };
  assert.deepEqual(await taken.ended, {
    code: 1,
    out: '',
    err: `Cannot listen on 127.0.0.1:${port} (setting listen): another process listens there already.\n`,
  });
  const healthy = await start(['healthcheck', `${upstream.url}/ready`]).ended;
  assert.deepEqual(healthy, { code: 0, out: `${upstream.url}/ready: 200\n`, err: '' });
  upstream.plain = { status: 503 };
  const ill = await runHealthcheck([`${upstream.url}/ready`]);
  assert.deepEqual(ill, { code: 1, text: `${upstream.url}/ready: 503\n` });
  const refused = await runHealthcheck(['http://127.0.0.1:9/ready']);
  assert.deepEqual(refused, { code: 1, text: 'http://127.0.0.1:9/ready: ECONNREFUSED\n' });
});

describe('commands', () => {
  test('check says what is wrong, and where', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'c.yaml');
      await writeFile(
        file,
        `endpoints: [http://a, ftp://b]
external-labels: [cluster, x=]
relabel-rules:
  - { action: replace, regex: "(" }
`,
      );
      const broken = await runCheck([file], {});
      assert.equal(broken.code, 1);
      assert.match(broken.text, /^relabel-rules\.0\.regex from .*c\.yaml/);
      await writeFile(file, 'endpoints: [http://a, ftp://b]\nexternal-labels: [cluster, x=]\n');
      const lists = await runCheck([file], {});
      assert.equal(
        lists.text,
        `endpoints names 2 servers: delivery to more than one is not there yet
endpoints holds "ftp://b": an endpoint is an address such as https://profiles.example:4041
external-labels holds "cluster": a label is written name=value
external-labels holds "x=": its value is empty
`,
      );
      await writeFile(file, 'external-labels: [cluster=eu]\n');
      const fine = await runCheck([file], {});
      assert.equal(fine.code, 0, fine.text);
      assert.match(
        fine.text,
        /is fine\ndelivers to http:\/\/127\.0\.0\.1:4040\nexternal labels: cluster=eu;/,
      );
    }));

  test('relabel test shows what each rule does', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'c.yaml');
      await writeFile(
        file,
        `external-labels: [cluster=eu]
relabel-rules:
  - { source_labels: [pod], target_label: instance }
  - { action: labeldrop, regex: pod }
  - { action: keep, source_labels: [cluster], regex: eu }
`,
      );
      const labels = '{service_name="shop", pod="p"}';
      const shown = await runRelabelTest(['test', '--config', file, '--labels', labels], {});
      assert.equal(
        shown.text,
        `given            {pod="p", service_name="shop"}
external labels  cluster="eu"
rule 1 replace   instance="p"
rule 2 labeldrop -pod
rule 3 keep      changes nothing
sent             {cluster="eu", instance="p", service_name="shop"}
`,
      );
    }));
});
