import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { PushRequestSchema } from '@emberscope/protocol/push';
import { fixtureFile } from '@emberscope/test-kit';
import { runCollector } from '../testing/run-collector.ts';
import { refuseWith, startUpstreamStub } from '../testing/upstream-stub.ts';

const wall = new Uint8Array(fixtureFile('agents/push-0.6.4/wall-cpu.pb.gz'));
const QUERY = 'ingest?name=a&format=pprof';
const post = (url: string, body: Uint8Array<ArrayBuffer> | string = wall) =>
  fetch(`${url}/${QUERY}`, { method: 'POST', body });

test('servers that are away, or something else', async (t) => {
  await using upstream = await startUpstreamStub();
  await using collector = await runCollector(upstream.url);
  t.beforeEach(() => upstream.reset());

  await t.test(
    'a server that is something else: 503, for the address can be put right',
    async () => {
      for (const status of [301, 404, 405, 415, 502, 504]) {
        upstream.plain = { status, body: '<html>' };
        const answer = await post(collector.url);
        assert.equal(answer.status, 503, String(status));
        assert.match(await answer.text(), new RegExp(`answered: status ${status}`));
      }
      upstream.plain = { status: 413, body: 'no JSON' };
      assert.equal((await post(collector.url)).status, 413);
    },
  );

  await t.test("a client's own time limit over Connect is kept", async () => {
    let release = () => {};
    upstream.before = () => new Promise<void>((resolve) => (release = resolve));
    const answer = await fetch(`${collector.url}/push.v1.PusherService/Push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'connect-timeout-ms': '100' },
      body: '{"series":[{"labels":[{"name":"__name__","value":"a"}]}]}',
    });
    assert.equal(answer.status, 504);
    assert.match(await answer.text(), /deadline_exceeded/);
    release();
  });

  await t.test('a failure that repeats is logged once, and every time counted', async () => {
    upstream.before = refuseWith(Code.ResourceExhausted, 'not now');
    for (let i = 0; i < 5; i++) assert.equal((await post(collector.url)).status, 429);
    const lines = collector.logLines.filter((line) =>
      line.includes('"door":"ingest","kind":"rate-limited"'),
    );
    assert.equal(lines.length, 1, lines.join(''));
    const failed = 'requests_failed_total{door="ingest",reason="rate-limited"}';
    assert.equal(await collector.metric(failed), 5);
  });

  await t.test('a server that is away: 503 at once, and the collector itself is well', async () => {
    const counted = () =>
      Promise.all([
        collector.metric('requests_delivered_total{door="ingest"}'),
        collector.metric('requests_failed_total{door="ingest",reason="unavailable"}'),
      ]);
    const [delivered, failed] = await counted();
    assert.equal((await post(collector.url)).status, 200);
    await upstream[Symbol.asyncDispose]();

    const refused = await post(collector.url);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
    assert.match(await refused.text(), /cannot be reached: ECONNREFUSED/);
    assert.equal((await fetch(`${collector.url}/ready`)).status, 200);
    assert.deepEqual(await counted(), [delivered + 1, failed + 1]);
  });
});

test('what takes too long', async (t) => {
  await using upstream = await startUpstreamStub();
  await using collector = await runCollector(
    upstream.url,
    '--deliver.timeout=200ms',
    '--receive.body-timeout=200ms',
  );
  t.beforeEach(() => upstream.reset());

  await t.test('a server that hangs: 503 after the time limit', async () => {
    let release = () => {};
    upstream.before = () => new Promise<void>((resolve) => (release = resolve));
    const answer = await post(collector.url);
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /did not answer within 200 ms/);
    assert.equal(await collector.metric('requests_in_flight'), 0);
    release();
  });

  await t.test(
    'a body that does not come: 408; an agent that goes away: nothing is sent on',
    async () => {
      const begin = async () => {
        const socket = connect(collector.port, '127.0.0.1');
        let heard = '';
        socket.on('data', (chunk) => {
          heard += chunk.toString('latin1');
        });
        socket.on('error', () => {});
        socket.write(`POST /${QUERY} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc`);
        return { socket, heard: () => heard };
      };
      const slow = await begin();
      while (!slow.heard().includes('\r\n\r\n'))
        await new Promise((resolve) => setTimeout(resolve, 5));
      assert.match(slow.heard(), /^HTTP\/1.1 408 /);
      slow.socket.destroy();

      const gone = await begin();
      await new Promise((resolve) => setTimeout(resolve, 30));
      gone.socket.destroy();
      const reason = 'requests_failed_total{door="ingest",reason="gone"}';
      while ((await collector.metric(reason)) === 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(await collector.metric('requests_in_flight'), 0);
      assert.equal(upstream.pushes.length, 0);
    },
  );
});

test('what is too much', async (t) => {
  await using upstream = await startUpstreamStub();
  await using collector = await runCollector(
    upstream.url,
    '--receive.max-requests=2',
    '--receive.max-bytes-in-flight=64KiB',
    '--receive.max-body=1MiB',
  );
  t.beforeEach(() => upstream.reset());

  await t.test('more requests than may be under way: 503, and room again afterwards', async () => {
    const waiting: (() => void)[] = [];
    upstream.before = () => new Promise<void>((resolve) => void waiting.push(resolve));
    const held = [post(collector.url), post(collector.url)];
    while (waiting.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const third = await post(collector.url);
    assert.equal(third.status, 503);
    assert.equal(third.headers.get('retry-after'), '1');
    for (const release of waiting) release();
    for (const answer of await Promise.all(held)) assert.equal(answer.status, 200);
    upstream.before = () => {};
    assert.equal((await post(collector.url)).status, 200);
  });

  await t.test(
    'more bytes than may be held: 503, announced or not; a large body alone is taken',
    async () => {
      const large = `${'a;b 1\n'.repeat(20_000)}`;
      const url = `${collector.url}/ingest?name=a`;
      const chunked = () => {
        const stream = new ReadableStream({
          start(controller) {
            for (let i = 0; i < 12; i++)
              controller.enqueue(new TextEncoder().encode(large.slice(0, 10_002)));
            controller.close();
          },
        });
        return fetch(url, { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
      };
      assert.equal((await fetch(url, { method: 'POST', body: large })).status, 200);
      assert.equal((await chunked()).status, 200);

      let release = () => {};
      upstream.before = () => new Promise<void>((resolve) => (release = resolve));
      const held = post(collector.url);
      while ((await collector.metric('in_flight_bytes')) === 0)
        await new Promise((r) => setTimeout(r, 5));
      assert.equal((await fetch(url, { method: 'POST', body: large })).status, 503);
      assert.equal((await chunked()).status, 503);
      release();
      assert.equal((await held).status, 200);
      assert.equal(await collector.metric('in_flight_bytes'), 0);
    },
  );

  await t.test('a body past the limit: 413, announced or not', async () => {
    const answer = await post(collector.url, new Uint8Array(1_100_000));
    assert.equal(answer.status, 413);
    assert.equal(answer.headers.get('emberscope-reason'), 'body_too_large');
    const stream = new Blob([new Uint8Array(1_100_000)]).stream();
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    assert.equal((await fetch(`${collector.url}/${QUERY}`, init)).status, 413);
  });
});

test('a server that closes a kept connection: the agent does not notice', async () => {
  const sockets: Socket[] = [];
  let answered = 0;
  // Answers each connection's first request and closes it at the second, as after an idle time.
  const server = createServer((socket) => {
    sockets.push(socket);
    let requests = 0;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (!chunk.toString('latin1').startsWith('POST')) return;
      if (++requests === 2) {
        socket.destroy();
        return;
      }
      answered++;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  try {
    await using collector = await runCollector(`http://127.0.0.1:${port}`);
    for (let i = 0; i < 4; i++) assert.equal((await post(collector.url)).status, 200);
    assert.equal(answered, 4);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

test('a profile of 8 MiB as JSON does not keep others waiting', async () => {
  await using upstream = await startUpstreamStub();
  await using collector = await runCollector(upstream.url, '--receive.threads=2');
  const rawProfile = new Uint8Array(8 << 20);
  const labels = [{ name: '__name__', value: 'a' }];
  const push = create(PushRequestSchema, { series: [{ labels, samples: [{ rawProfile }] }] });
  const body = toJsonString(PushRequestSchema, push);
  const headers = { 'content-type': 'application/json' };
  const large = fetch(`${collector.url}/push.v1.PusherService/Push`, {
    method: 'POST',
    headers,
    body,
  });
  let isDone = false;
  void large.then(() => {
    isDone = true;
  });
  let answeredMeanwhile = 0;
  while (!isDone) {
    assert.equal((await post(collector.url)).status, 200);
    if (!isDone) answeredMeanwhile++;
  }
  assert.equal((await large).status, 200);
  assert.ok(answeredMeanwhile > 0, 'others were answered meanwhile');
  const taken = upstream.pushes.find(
    ({ series }) => (series[0]?.samples[0]?.rawProfile.length ?? 0) > 1e6,
  );
  assert.equal(taken?.series[0]?.samples[0]?.rawProfile.length, rawProfile.length);
  assert.ok(toBinary(PushRequestSchema, push).length < body.length);
});
