import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { ProfileTypesRequestSchema } from '@emberscope/protocol/querier';
import { type RunningServer, runServer } from '../testing/running-server.ts';

const METHOD = '/querier.v1.QuerierService/ProfileTypes';
/** A time limit is what the library reads: with one, it answers. */
const BY_LIBRARY = { 'connect-timeout-ms': '60000' };

let server: RunningServer;
before(async () => {
  server = await runServer();
});
after(() => server.stop());

async function call(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
  path = METHOD,
) {
  const response = await fetch(server.url + path, { method: 'POST', headers, body });
  const { date: _, ...others } = Object.fromEntries(response.headers);
  return { status: response.status, headers: others, text: await response.text() };
}

const endMillis = Date.now();
const startMillis = endMillis - 60_000;
const range = JSON.stringify({ start: `${startMillis}`, end: `${endMillis}` });
const bytes = toBinary(
  ProfileTypesRequestSchema,
  create(ProfileTypesRequestSchema, { start: BigInt(startMillis), end: BigInt(endMillis) }),
);
const json = { 'content-type': 'application/json' };
const proto = { 'content-type': 'application/proto' };
const cases: readonly [
  string,
  string | Uint8Array<ArrayBuffer>,
  Record<string, string>,
  string?,
][] = [
  ['JSON', range, json],
  ['JSON of a named character set', range, { 'content-type': 'application/json; charset=utf-8' }],
  ['JSON with a field that nobody knows', '{"nope":[1]}', json],
  ['protobuf', bytes, proto],
  ['an empty protobuf', new Uint8Array(0), proto],
  ['without compression', range, { ...json, 'accept-encoding': 'identity' }],
  ['JSON that ends early', '{"start":', json],
  ['JSON that is no such message', '{"start":"x"}', json],
  ['nothing at all', '', json],
  ['bytes that are no message', Uint8Array.of(10, 200), proto],
  ['a query that is refused', '{"start":"1"}', json, '/querier.v1.QuerierService/SelectSeries'],
  ['too large a message', ' '.repeat(70_000), json],
];

for (const [title, body, headers, path] of cases) {
  test(`${title}: the answer is the library's`, async () => {
    const quick = await call(body, headers, path);
    assert.deepEqual(quick, await call(body, { ...headers, ...BY_LIBRARY }, path));
  });
}

test('an answer is compressed for who takes that, and as long as it says', async () => {
  const raw = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      socket.write(
        `POST ${METHOD} HTTP/1.1\r\nhost: a\r\nconnection: close\r\naccept-encoding: gzip\r\n` +
          `content-type: application/json\r\ncontent-length: ${range.length}\r\n\r\n${range}`,
      ),
    );
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.toString('latin1', 0, end).toLowerCase();
  const body = raw.subarray(end + 4);
  assert.match(head, /^http\/1.1 200 ok\r\n/);
  assert.match(head, /content-encoding: gzip/);
  assert.equal(/content-length: (\d+)/.exec(head)?.[1], String(body.length));
  assert.deepEqual(JSON.parse(gunzipSync(body).toString()), {});
});

test('a client that goes away in the middle of its body is none to answer, and others are', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(
    `POST ${METHOD} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
  );
  await call(range, json);
  socket.destroy();
  assert.equal((await call(range, json)).status, 200);
});
