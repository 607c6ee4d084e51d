import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import * as fc from 'fast-check';
import { createSimClock } from '../clock/sim-clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import { EMPTY_SETTINGS, http2Frame } from '../testing/http2-frame.ts';
import { type OpenFrontDoor, openFrontDoor } from '../testing/open-front-door.ts';
import { openRawClient } from '../testing/raw-client.ts';
import { until } from '../testing/until.ts';
import { answerText, endResponse, isCutOff, isGone } from './http-handler.ts';
import { HTTP2_PREFACE } from './protocol-peek.ts';
import { type ReadBody, type ReadBodyLimits, readBody } from './read-body.ts';

/** A server that reads bodies with these limits and keeps what became of each. */
async function openReader(
  limits: Partial<ReadBodyLimits>,
): Promise<{ open: OpenFrontDoor; bodies: ReadBody[] }> {
  const bodies: ReadBody[] = [];
  const open = await openFrontDoor({
    handler: async (request, response) => {
      const body = await readBody(request, {
        maxBytes: 1_000_000,
        limitMillis: 5000,
        clock: systemClock,
        ...limits,
      });
      bodies.push(body);
      if (body.kind === 'ok') endResponse(response, body.bytes);
      else answerText(response, body.kind === 'too-large' ? 413 : 408, body.kind);
    },
  });
  return { open, bodies };
}

function post(port: number, body: Uint8Array | ReadableStream): Promise<Response> {
  const url = `http://127.0.0.1:${port}`;
  return fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit);
}

/** Sent without a length, in pieces. */
function chunked(bytes: Uint8Array, pieceBytes: number): ReadableStream {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(offset, offset + pieceBytes));
      offset += pieceBytes;
    },
  });
}

describe('a body within its limit comes back byte for byte', () => {
  test('over HTTP/1.1, with a length and chunked, of any size', async () => {
    const { open } = await openReader({ maxBytes: 300_000 });
    await using _ = open;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 300_000 }),
        fc.integer({ min: 1000, max: 100_000 }),
        fc.boolean(),
        async (length, pieceBytes, isChunked) => {
          const bytes = Uint8Array.from({ length }, (_value, i) => (i * 31) % 251);
          const answer = await post(open.port, isChunked ? chunked(bytes, pieceBytes) : bytes);
          assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(bytes));
        },
      ),
      fuzzRuns(30, 1000),
    );
  });

  test('exactly the limit is within it', async () => {
    const { open } = await openReader({ maxBytes: 100_000 });
    await using _ = open;
    const bytes = new Uint8Array(100_000).fill(1);
    assert.equal((await (await post(open.port, bytes)).arrayBuffer()).byteLength, 100_000);
    const answer = await post(open.port, chunked(bytes, 7000));
    assert.equal((await answer.arrayBuffer()).byteLength, 100_000);
  });

  test('over HTTP/2', async () => {
    const { open, bodies } = await openReader({});
    await using _ = open;
    const session = connectHttp2(`http://127.0.0.1:${open.port}`);
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    stream.end(Buffer.alloc(700_000, 5));
    let length = 0;
    for await (const chunk of stream) length += chunk.length;
    session.close();
    assert.equal(length, 700_000);
    assert.equal(bodies[0]?.kind, 'ok');
  });
});

describe('a body over its limit', () => {
  for (const isChunked of [false, true]) {
    test(`is 413, ${isChunked ? 'chunked' : 'announced'}, and the connection lives on`, async () => {
      const { open, bodies } = await openReader({ maxBytes: 1000 });
      await using _ = open;
      const client = await openRawClient(open.port);
      const body = 'x'.repeat(400_000);
      client.send(
        isChunked
          ? `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
          : `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      await client.hears('too-large');
      assert.match(client.received(), /^HTTP\/1.1 413 /);
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nagain');
      await client.hears('again');
      assert.deepEqual(bodies[0], { kind: 'too-large', maxBytes: 1000 });
      client.socket.destroy();
    });
  }

  test('is refused on its announcement alone', async () => {
    const { open } = await openReader({ maxBytes: 1000 });
    await using _ = open;
    const client = await openRawClient(open.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n');
    await client.hears('413');
    client.socket.destroy();
  });
});

test('an announcement that is never kept costs no memory', async () => {
  const { open } = await openReader({ maxBytes: 256 * 1024 * 1024 });
  await using _ = open;
  const rssBefore = process.memoryUsage().rss;
  const clients = await Promise.all(Array.from({ length: 8 }, () => openRawClient(open.port)));
  for (const client of clients) {
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 268435456\r\n\r\nx');
  }
  await until(() => open.door.runningRequests() === 8);
  const grown = process.memoryUsage().rss - rssBefore;
  assert.ok(grown < 64 * 1024 * 1024, `2 GiB announced, ${grown} bytes resident`);
  for (const client of clients) client.socket.destroy();
});

test('a body that takes too long is timed out by the injected clock', async () => {
  const clock = createSimClock();
  const { open, bodies } = await openReader({ limitMillis: 10_000, clock });
  await using _ = open;
  const client = await openRawClient(open.port);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal');
  await until(() => open.door.runningRequests() === 1);
  await clock.advance(9999);
  assert.equal(bodies.length, 0);
  await clock.advance(1);
  await client.hears('timed-out');
  assert.deepEqual(bodies, [{ kind: 'timed-out', limitMillis: 10_000 }]);
  client.socket.destroy();
});

for (const version of ['HTTP/1.1', 'HTTP/2', 'HTTP/2, that stream alone']) {
  test(`a client that goes away in the middle aborts the body: ${version}`, async () => {
    const { open, bodies } = await openReader({});
    await using _ = open;
    if (version === 'HTTP/1.1') {
      const client = await openRawClient(open.port);
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal');
      await until(() => open.door.runningRequests() === 1);
      client.socket.resetAndDestroy();
    } else if (version === 'HTTP/2, that stream alone') {
      // Node's own client would end the stream before it resets it.
      const client = await openRawClient(open.port);
      client.send(HTTP2_PREFACE);
      client.send(EMPTY_SETTINGS);
      client.send(http2Frame(1, 4, 1, new Uint8Array([0x83, 0x86, 0x84, 0x41, 0x01, 0x61])));
      client.send(http2Frame(0, 0, 1, Buffer.from('half')));
      await until(() => open.door.runningRequests() === 1);
      client.send(http2Frame(3, 0, 1, new Uint8Array([0, 0, 0, 8])));
      await until(() => bodies.length === 1);
      client.socket.destroy();
    } else {
      const session = connectHttp2(`http://127.0.0.1:${open.port}`);
      session.on('error', () => {});
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      stream.on('error', () => {});
      stream.write('half');
      await until(() => open.door.runningRequests() === 1);
      session.destroy();
    }
    await until(() => bodies.length === 1);
    assert.deepEqual(bodies, [{ kind: 'aborted' }]);
  });
}

test('a piece that is not admitted ends the body, and the connection lives on', async () => {
  let room = 10;
  const admit = (bytes: number) => {
    room -= bytes;
    return room >= 0;
  };
  const { open, bodies } = await openReader({ admit });
  await using _ = open;
  const client = await openRawClient(open.port);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n12345');
  await until(() => room === 5);
  assert.equal(bodies.length, 0);
  client.send('6789012');
  await client.hears('aborted');
  assert.deepEqual(bodies, [{ kind: 'aborted' }]);
  room = 10;
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nagain');
  await client.hears('again');
  client.socket.destroy();
});

test('a stream of HTTP/2 that was reset before its body is read is cut off, and its answer gone', async () => {
  const seen: unknown[] = [];
  await using open = await openFrontDoor({
    handler: async (request, response) => {
      await until(() => 'stream' in request && request.stream.destroyed);
      // A time that is over is another end: the clock stands still.
      const limits = { maxBytes: 10, limitMillis: 5000, clock: createSimClock() };
      const body = await readBody(request, limits);
      seen.push(body.kind, isCutOff(request), isGone(response));
    },
  });
  const session = connectHttp2(`http://127.0.0.1:${open.port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  stream.on('error', () => {});
  stream.write('a');
  setTimeout(() => stream.close(8), 20);
  await until(() => seen.length > 0);
  assert.deepEqual(seen, ['aborted', true, true]);
  session.destroy();
});
