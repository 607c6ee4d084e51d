import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { create } from '@bufbuild/protobuf';
import { Code, type ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { PusherService, PushRequestSchema } from '@emberscope/protocol/push';
import { QuerierService } from '@emberscope/protocol/querier';
import type { StoreStatus } from './http/store-status.ts';
import { gzippedPprofOf, pprofOf } from './testing/drawn-pprof.ts';
import { retimed } from './testing/retimed.ts';
import { type RunningServer, runServer } from './testing/running-server.ts';

let server: RunningServer;
before(async () => {
  server = await runServer();
});
after(() => server.stop());

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

function rangeNow() {
  return { start: BigInt(Date.now() - 60_000), end: BigInt(Date.now() + 60_000) };
}

function pushOf(service: string, rawProfile: Uint8Array) {
  return create(PushRequestSchema, {
    series: [
      {
        labels: [
          { name: '__name__', value: 'process_cpu' },
          { name: 'service_name', value: service },
        ],
        samples: [{ rawProfile }],
      },
    ],
  });
}

const protocols: readonly (readonly [string, (baseUrl: string) => Transport])[] = [
  [
    'Connect, JSON',
    (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
  ],
  ['Connect, binary', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '2' })],
  ['gRPC', (baseUrl) => createGrpcTransport({ baseUrl })],
  ['gRPC-Web', (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  [
    'gRPC-Web, JSON',
    (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
  ],
];

for (const [name, transportTo] of protocols) {
  test(`${name}: what is pushed is in the flame graph at once, errors keep their code`, async () => {
    const transport = transportTo(server.url);
    const service = `svc-${name}`;
    await createClient(PusherService, transport).push(
      pushOf(service, pprofOf('main;serve;json 30\nmain;idle 12')),
    );
    const querier = createClient(QuerierService, transport);
    const { flamegraph } = await querier.selectMergeStacktraces({
      ...rangeNow(),
      profileTypeID: CPU,
      labelSelector: `{service_name="${service}"}`,
    });
    assert.deepEqual(flamegraph?.names, ['total', 'main', 'serve', 'json', 'idle']);
    assert.equal(flamegraph?.total, 42n);

    await assert.rejects(
      querier.labelNames({}),
      (error: ConnectError) =>
        error.code === Code.InvalidArgument &&
        error.rawMessage === 'missing time range in the query',
    );
    await assert.rejects(
      createClient(PusherService, transport).push(pushOf(service, new Uint8Array(64))),
      (error: ConnectError) =>
        error.code === Code.Unknown &&
        error.metadata.get('emberscope-reason') === 'malformed_profile',
    );
  });
}

test('a bad profile among good ones fails the call, and the good ones are stored', async () => {
  const transport = createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' });
  const push = pushOf('partial', pprofOf('good 7'));
  push.series.push(...pushOf('partial', new Uint8Array(64)).series);
  await assert.rejects(createClient(PusherService, transport).push(push));
  const { flamegraph } = await createClient(QuerierService, transport).selectMergeStacktraces({
    ...rangeNow(),
    profileTypeID: CPU,
    labelSelector: '{service_name="partial"}',
  });
  assert.equal(flamegraph?.total, 7n);
});

test('a push that was answered, well or badly, holds no room any more', async () => {
  for (const [, transportTo] of protocols) {
    const pusher = createClient(PusherService, transportTo(server.url));
    await pusher.push(pushOf('released', pprofOf('a 1')));
    await assert.rejects(pusher.push(pushOf('released', new Uint8Array(64))));
  }
  const ofMetrics = async () =>
    /^emberscope_pushes_in_flight(?:_bytes)? .*$/gm[Symbol.match](
      await (await fetch(`${server.url}/metrics`)).text(),
    );
  // The last answer may have arrived before the server has seen it leave.
  for (let look = 0; look < 50 && `${await ofMetrics()}`.match(/ [1-9]/); look++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(
    [...((await ofMetrics()) ?? [])],
    ['emberscope_pushes_in_flight 0', 'emberscope_pushes_in_flight_bytes 0'],
  );
});

test('what is kept, and how it goes to the disk, is told as metrics and as JSON', async () => {
  await fetch(`${server.url}/ingest?format=pprof&name=told`, {
    method: 'POST',
    body: pprofOf('a 1'),
  });
  // The writer is asked every few seconds.
  let status = await storeStatus();
  for (let look = 0; look < 400 && !((status.store?.profileCount ?? 0) > 0); look++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    status = await storeStatus();
  }
  assert.equal(status.retentionMillis, 7 * 86_400_000);
  assert.ok(status.store !== null && status.store.logBytes > 0);
  assert.equal(status.store.refusing, undefined);
  assert.deepEqual(status.damagedQueries, { count: 0, lastReason: null });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const name of [
    'wal_bytes',
    'fsync_total',
    'disk_bytes{kind="log"}',
    'ready_seconds',
    'damaged_queries_total',
  ]) {
    assert.ok(metrics.includes(`\nemberscope_${name} `), name);
  }
});

async function storeStatus(): Promise<StoreStatus> {
  return (await (await fetch(`${server.url}/api/v1/status/store`)).json()) as StoreStatus;
}

test('JSON of a megabyte is read away from the main thread, and answered as JSON', async () => {
  const lines = Array.from({ length: 8000 }, (_, i) => `main;f${i};${'x'.repeat(60)}${i} ${i + 1}`);
  const rawProfile = Buffer.from(pprofOf(lines.join('\n'))).toString('base64');
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: 'large-json' },
  ];
  const body = JSON.stringify({ series: [{ labels, samples: [{ rawProfile }] }] });
  assert.ok(body.length > 1_000_000);
  const headers = { 'content-type': 'application/json' };
  const url = `${server.url}/push.v1.PusherService/Push`;
  const response = await fetch(url, { method: 'POST', headers, body });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(await response.text(), '{}');

  const zipped = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-encoding': 'gzip' },
    body: gzipSync(body),
  });
  assert.equal(zipped.status, 200);
  const broken = await fetch(url, { method: 'POST', headers, body: body.slice(0, -1) });
  assert.equal(broken.status, 400);
  assert.equal(((await broken.json()) as { code: string }).code, 'invalid_argument');
});

const fixtures = new URL('../../../fixtures/agents/push-0.6.4/', import.meta.url);
for (const file of readdirSync(fileURLToPath(fixtures)).filter((name) => name.endsWith('.pb.gz'))) {
  test(`/ingest takes what the agent sent in ${file}`, async () => {
    const service = `real-${file.replaceAll(/[^a-z]/g, '-')}`;
    const now = Math.floor(Date.now() / 1000);
    const body = retimed(readFileSync(new URL(file, fixtures)), Date.now());
    // The agent puts its address and the path together: two slashes are one.
    const url = `${server.url}//ingest?format=pprof&spyName=nodespy&from=${now - 10}&until=${now}&name=${service}%7Bregion%3Deu%7D`;
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await fetch(url, { method: 'POST', headers, body });
    assert.equal(response.status, 200, await response.text());
    const transport = createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' });
    const { labelsSet } = await createClient(QuerierService, transport).series({
      ...rangeNow(),
      matchers: [`{service_name="${service}", region="eu"}`],
      labelNames: ['__profile_type__'],
    });
    const expected = file.startsWith('heap')
      ? /^memory:inuse_space:bytes/
      : /^wall:wall:nanoseconds/;
    assert.ok(labelsSet.some(({ labels }) => expected.test(labels[0]?.value ?? '')));
  });
}

test('a bomb is refused at the size of a profile, raw and in a form', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  assert.ok(bomb.length < 100_000);
  const raw = await fetch(`${server.url}/ingest?format=pprof&name=a`, {
    method: 'POST',
    body: bomb,
  });
  assert.equal(raw.status, 422);
  assert.match(await raw.text(), /exceeds maximum allowed size of 4194304 bytes/);
  const form = new FormData();
  form.set('profile', new Blob([bomb]), 'profile');
  const parts = await fetch(`${server.url}/ingest?name=a`, { method: 'POST', body: form });
  assert.equal(parts.status, 422);
});

test('a body over the limit is 413 at /ingest and 429 at Push', async () => {
  const body = Buffer.alloc(5 * 1024 * 1024);
  const ingest = await fetch(`${server.url}/ingest?name=a`, { method: 'POST', body });
  assert.equal(ingest.status, 413);
  assert.equal(ingest.headers.get('emberscope-reason'), 'body_too_large');
  assert.equal(ingest.headers.get('retry-after'), null);
  const push = await fetch(`${server.url}/push.v1.PusherService/Push`, {
    method: 'POST',
    headers: { 'content-type': 'application/proto' },
    body,
  });
  assert.equal(push.status, 429);
  assert.equal(push.headers.get('emberscope-reason'), 'body_too_large');
  assert.equal(push.headers.get('retry-after'), null);
  const client = createClient(PusherService, createGrpcTransport({ baseUrl: server.url }));
  await assert.rejects(
    client.push(pushOf('a', body)),
    (error: ConnectError) =>
      error.code === Code.ResourceExhausted &&
      error.metadata.get('emberscope-reason') === 'body_too_large',
  );
});

test('garbage is answered and harms nothing', async () => {
  const url = `${server.url}/ingest?format=pprof&name=garbage`;
  for (let seed = 0; seed < 40; seed++) {
    const bytes = gzippedPprofOf('main;serve;json 30');
    for (let i = 0; i < 4; i++) {
      const at = (seed * 7919 + i * 104_729) % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (seed % 8));
    }
    const { status } = await fetch(url, { method: 'POST', body: bytes });
    assert.ok(status === 422 || status === 200, `${status}`);
  }
  assert.equal((await fetch(`${server.url}/ready`)).status, 200);
});

const paths: readonly (readonly [string, string, number])[] = [
  ['GET', '/nowhere', 404],
  ['GET', '/api/v1/query', 404],
  ['GET', '/ingest', 405],
  ['GET', '/push.v1.PusherService/Push', 405],
  ['PUT', '/querier.v1.QuerierService/ProfileTypes', 405],
  ['POST', '/querier.v1.QuerierService/Nope', 404],
  ['POST', '/ready', 405],
  ['GET', '/ready', 200],
  ['GET', '/metrics', 200],
  ['GET', '/api/v1/status/buildinfo', 200],
  ['GET', '/ui/', 302],
];
for (const [method, path, status] of paths) {
  test(`${method} ${path} is ${status}`, async () => {
    const response = await fetch(server.url + path, { method, redirect: 'manual' });
    assert.equal(response.status, status);
  });
}

test('h2c with prior knowledge is spoken on the same port', async () => {
  const session = connect(server.url);
  const stream = session.request({ ':path': '/ready' });
  const [headers] = await new Promise<[{ ':status'?: number }]>((resolve) =>
    stream.on('response', (...all) => resolve(all as unknown as [{ ':status'?: number }])),
  );
  assert.equal(headers[':status'], 200);
  session.destroy();
});

test('answers are gzip where the client takes it, and say the same', async () => {
  const url = `${server.url}/querier.v1.QuerierService/ProfileTypes`;
  const { start, end } = rangeNow();
  const ask = (encoding: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': encoding },
      body: JSON.stringify({ start: `${start}`, end: `${end}` }),
    });
  const zipped = await ask('gzip');
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  const plain = await ask('identity');
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.deepEqual(await zipped.json(), await plain.json());
});

test('a port in use is one sentence with the setting that moves it', async () => {
  const port = Number(new URL(server.url).port);
  await assert.rejects(
    runServer({ listen: { host: '127.0.0.1', port } }),
    /^Error: Cannot listen on 127\.0\.0\.1:\d+ \(setting listen\): another process listens there already\.$/,
  );
});

test('with tenancy on, tenants see their own and may read several', async () => {
  const tenants = await runServer({ multitenancy: true });
  try {
    const transport = createConnectTransport({ baseUrl: tenants.url, httpVersion: '1.1' });
    const pusher = createClient(PusherService, transport);
    const of = (tenant: string) => ({ headers: { 'X-Scope-OrgID': tenant } });
    await pusher.push(pushOf('s', pprofOf('a 1')), of('one'));
    await pusher.push(pushOf('s', pprofOf('a 2')), of('two'));
    const total = async (tenant: string) => {
      const query = { ...rangeNow(), profileTypeID: CPU, labelSelector: '{}' };
      const querier = createClient(QuerierService, transport);
      return (await querier.selectMergeStacktraces(query, of(tenant))).flamegraph?.total;
    };
    assert.equal(await total('one'), 1n);
    assert.equal(await total('two|one'), 3n);
    await assert.rejects(
      pusher.push(pushOf('s', pprofOf('a 1'))),
      (error: ConnectError) => error.code === Code.Unauthenticated,
    );
  } finally {
    await tenants.stop();
  }
});
