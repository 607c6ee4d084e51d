import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startApi } from '../testing/api-under-test.ts';
import { bundle, bundleOf, id, malware, piecesOf, report } from '../testing/bundles.ts';
import { eventually } from '../testing/servers.ts';
import { UPLOADS_MAX } from './api-app.ts';

const { store, url, port, post } = await startApi();

test('what is not valid is left out, counted, and the first of it explained', async () => {
  const many = Array.from({ length: 30 }, () => 7);
  const { status, body } = await post(
    bundle([malware(1), ...many, report([id('malware', 1), 'nobody']), malware(2, { name: '' })]),
  );
  assert.equal(status, 201);
  const { rejected, report: summary } = body as {
    rejected: { elementCount: number; referenceCount: number; first: { index: number }[] };
    report: { elementCount: number; referenceCount: number };
  };
  assert.equal(rejected.elementCount, 31);
  assert.equal(rejected.referenceCount, 1);
  assert.equal(rejected.first.length, 20);
  assert.deepEqual(rejected.first[0], { index: 1, reason: 'an element must be an object' });
  assert.equal(summary.elementCount, 2);
  assert.equal(summary.referenceCount, 1);
});

test('of two reports the second is rejected', async () => {
  const second = { ...report([id('malware', 1)]), id: id('report', 2) };
  const { body } = await post(bundle([report([id('malware', 1)]), second]));
  assert.match(JSON.stringify(body.rejected), /one report, and report--.*1 came before/);
});

/** Sends bytes as they are and gives what comes back until the other side closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece) => {
    answer += piece;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const START = 'POST /reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

test('a body that says it is too large is refused before it is read', async () => {
  const answer = await raw(`${START}Content-Length: 999999999999\r\n\r\n`);
  assert.match(answer, /^HTTP\/1.1 413 /);
  assert.match(answer, /more than 134217728 bytes/);
});

test('a sender who goes on after a mistake still gets the answer', async () => {
  const answer = await raw(`${START}Content-Length: 1000000\r\n\r\n]${' '.repeat(10_000)}`);
  assert.match(answer, /^HTTP\/1.1 400 /);
  assert.match(answer, /connection: close/i);
});

test('of an upload that breaks off nothing remains', async () => {
  const before = store.listReports(100).map((record) => record.id);
  const text = bundleOf(3_000);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${START}Content-Length: ${text.length}\r\n\r\n`);
  for await (const piece of piecesOf(text.slice(0, text.length / 2), 10_000)) socket.write(piece);
  let arriving: string | undefined;
  await eventually('elements arrive', () => {
    arriving = store.listArriving().find((some) => store.readElements(some, 0, 1).length > 0);
    return arriving !== undefined;
  });
  socket.destroy();
  await eventually('it is gone', () => store.listArriving().length === 0);
  assert.deepEqual(store.readElements(arriving ?? '', 0, 1), []);
  assert.deepEqual(
    store.listReports(100).map((record) => record.id),
    before,
  );
});

test('no more uploads at once than there is room for', async () => {
  const sockets = Array.from({ length: UPLOADS_MAX }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${START}Content-Length: 1000\r\n\r\n{"type":`);
    return socket;
  });
  await eventually('all are arriving', () => store.listArriving().length === UPLOADS_MAX);
  const response = await fetch(`${url}/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bundleOf(1),
  });
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '2');
  for (const socket of sockets) socket.destroy();
  await eventually('there is room again', async () => (await post(bundleOf(1))).status === 201);
});
