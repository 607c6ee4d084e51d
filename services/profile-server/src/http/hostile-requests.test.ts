import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { PushRequestSchema } from '@emberscope/protocol/push';
import { pprofOf } from '../testing/drawn-pprof.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';
import { frame } from './encoded-answer.ts';

const PUSH = '/push.v1.PusherService/Push';
const PROTO = { 'content-type': 'application/proto' };

let server: RunningServer;
before(async () => {
  server = await runServer();
});
after(() => server.stop());

function pushBytes(
  moreLabels: readonly { name: string; value: string }[] = [],
): Uint8Array<ArrayBuffer> {
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: 'hostile' },
    ...moreLabels,
  ];
  const rawProfile = pprofOf('main;serve 3');
  return toBinary(
    PushRequestSchema,
    create(PushRequestSchema, { series: [{ labels, samples: [{ rawProfile }] }] }),
  );
}

async function push(
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = PROTO,
) {
  const response = await fetch(server.url + PUSH, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** What a server answers to some bytes on a socket of their own, to its end. */
function answerTo(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      socket.write(bytes),
    );
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

function callGrpc(body: Uint8Array, headers: Record<string, string> = {}) {
  return new Promise<{ readonly status: string; readonly message: string }>((resolve, reject) => {
    const session = connectHttp2(server.url);
    const asked = {
      ':path': PUSH,
      ':method': 'POST',
      'content-type': 'application/grpc',
      ...headers,
    };
    const stream = session.request(asked);
    stream.on('error', reject);
    const note = (found: Record<string, unknown>) => {
      if (found['grpc-status'] === undefined) return;
      resolve({
        status: String(found['grpc-status']),
        message: decodeURIComponent(String(found['grpc-message'] ?? '')),
      });
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('close', () => session.destroy());
    stream.resume();
    stream.end(body);
  });
}

test('half a million empty series are refused, in JSON and in binary', async () => {
  const binary = await push(new Uint8Array(Buffer.alloc(1_000_000, Buffer.from([0x0a, 0]))));
  assert.equal(binary.status, 400);
  assert.match(binary.text, /more than 100000 series, labels and profiles in one push/);
  const json = `{"series":[${'{},'.repeat(1_000_000)}{}]}`;
  const asJson = await push(json, { 'content-type': 'application/json' });
  assert.equal(asJson.status, 400);
  assert.match(asJson.text, /more than 100000 series/);
});

test('five thousand profiles of nothing are looked at, and no more', async () => {
  const series = (count: number) => {
    const samples = Buffer.alloc(2 * count, Buffer.from([0x12, 0]));
    const length = [(samples.length & 0x7f) | 0x80, ((samples.length >> 7) & 0x7f) | 0x80];
    return new Uint8Array([0x0a, ...length, samples.length >> 14, ...samples]);
  };
  assert.match((await push(series(5_000))).text, /gzip reset: EOF/);
  const more = await push(series(5_001));
  assert.equal(more.status, 400);
  assert.match(more.text, /5001 profiles in one push, limit: 5000/);
});

test('a message in gzip is taken, in gRPC too, and a bomb is refused at the limit of a body', async () => {
  const gzip = { 'content-encoding': 'gzip' };
  assert.equal(
    (await push(new Uint8Array(gzipSync(pushBytes())), { ...PROTO, ...gzip })).status,
    200,
  );
  const zipped = await callGrpc(frame(gzipSync(pushBytes()), true), { 'grpc-encoding': 'gzip' });
  assert.equal(zipped.status, '0');

  const bomb = gzipSync(Buffer.alloc(5 * 1024 * 1024));
  const connectBomb = await push(new Uint8Array(bomb), { ...PROTO, ...gzip });
  assert.equal(connectBomb.status, 429);
  assert.match(connectBomb.text, /message is larger than configured max 4194304/);
  const grpcBomb = await callGrpc(frame(bomb, true), { 'grpc-encoding': 'gzip' });
  assert.equal(grpcBomb.status, '8');
  assert.equal((await push(new Uint8Array([1, 2, 3]), { ...PROTO, ...gzip })).status, 400);
});

test('an envelope that is not what it says is refused', async () => {
  const whole = frame(pushBytes(), false);
  assert.equal((await callGrpc(whole.subarray(0, whole.length - 1))).status, '3');
  assert.equal((await callGrpc(whole.subarray(0, 3))).status, '3');
  const unnamed = await callGrpc(frame(gzipSync(pushBytes()), true));
  assert.equal(unnamed.status, '3');
  assert.match(unnamed.message, /no grpc-encoding/);
  assert.equal((await callGrpc(whole, { 'grpc-encoding': 'br' })).status, '12');
});

test('a body in chunks is taken', async () => {
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest(server.url + PUSH, { method: 'POST', headers: PROTO }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    const bytes = pushBytes();
    sent.write(bytes.subarray(0, 10));
    setTimeout(() => sent.end(bytes.subarray(10)), 20);
  });
  assert.equal(status, 200);
});

test('who announces much and sends nothing keeps nobody out', async () => {
  const port = Number(new URL(server.url).port);
  const head = `POST ${PUSH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/proto\r\nContent-Length: 4194304\r\n\r\n`;
  const idle = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
  try {
    await Promise.all(idle.map((socket) => new Promise((done) => socket.write(head, done))));
    assert.equal((await push(pushBytes())).status, 200);
  } finally {
    for (const socket of idle) socket.destroy();
  }
});

for (const host of ['', 'Host: a b[\r\n', 'Host:\r\n']) {
  test(`a call over HTTP/1.0 is answered with ${JSON.stringify(host)} as its host`, async () => {
    const head = `POST /version.v1.Version/Version HTTP/1.0\r\n${host}Content-Type: application/json\r\n`;
    assert.match(await answerTo(`${head}Content-Length: 2\r\n\r\n{}`), /^HTTP\/1\.1 200 /);
  });
}

test('a reason that repeats a thousand labels is cut to what a header holds', async () => {
  const many = Array.from({ length: 1000 }, (_, i) => ({ name: `l${i}`, value: 'v'.repeat(50) }));
  const { status, message } = await callGrpc(frame(pushBytes(many), false));
  assert.equal(status, '3');
  assert.match(message, /cut/);
});

const partHead = (name: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"; filename="p"\r\n\r\n`;
const forms = [
  ['of a thousand parts', `${partHead('p')}z\r\n`.repeat(1000), /a form of more than 100 parts/],
  ['of a part with a long name', `${partHead('p'.repeat(9_000))}z\r\n`, /head of a part is more/],
] as const;
for (const [title, parts, reason] of forms) {
  test(`a form ${title} is refused`, async () => {
    const response = await fetch(`${server.url}/ingest?name=form`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: `${parts}${partHead('profile')}\r\n--b--\r\n${'x'.repeat(9_000)}`,
    });
    assert.equal(response.status, 422);
    assert.match(await response.text(), reason);
  });
}

test('without room a push is 503 with Retry-After, until those who held it have gone', async () => {
  const port = Number(new URL(server.url).port);
  const bodyBytes = 4 * 1024 * 1024;
  const head = `POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
  // Eight bodies of 4 MiB are all that may be in flight; of each a byte is missing.
  const held = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
  try {
    for (const socket of held) {
      socket.write(head);
      socket.write(Buffer.alloc(bodyBytes - 1));
    }
    // A push before all of them are there would take the room that the last one needs.
    await untilInFlight(held.length * (bodyBytes - 1));
    const refused = await pushUntil(503);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.match(refused.text, /pushes of \d+ bytes are on their way to the store/);
    const viaGrpc = await callGrpc(frame(pushBytes(), false));
    assert.equal(viaGrpc.status, '14');
  } finally {
    for (const socket of held) socket.destroy();
  }
  assert.equal((await pushUntil(200)).status, 200);
});

async function untilInFlight(bytes: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    if (Number(/pushes_in_flight_bytes (\d+)/.exec(metrics)?.[1]) >= bytes) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${bytes} bytes never were in flight`);
}

async function pushUntil(status: number) {
  for (let attempt = 0; ; attempt++) {
    const answer = await push(pushBytes());
    if (answer.status === status || attempt === 100) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('beyond its rate a tenant hears 429 with Retry-After', async () => {
  const slow = await runServer({ ingestionRateMiB: 0.0001, ingestionBurstMiB: 0.0001 });
  try {
    const body = pushBytes();
    const response = await fetch(slow.url + PUSH, { method: 'POST', headers: PROTO, body });
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '1');
    assert.match(await response.text(), /push rate limit \(104 B\) exceeded while adding/);
  } finally {
    await slow.stop();
  }
});

test('bytes that are no message are the mistake of the client, also of one that takes gzip', async () => {
  for (const encoding of ['identity', 'gzip']) {
    const response = await fetch(`${server.url}/querier.v1.QuerierService/ProfileTypes`, {
      method: 'POST',
      headers: { ...PROTO, 'accept-encoding': encoding },
      body: '\r',
    });
    const { code, message } = (await response.json()) as { code: string; message: string };
    assert.deepEqual([response.status, code], [400, 'invalid_argument'], encoding);
    assert.match(message, /parse binary/);
  }
});
