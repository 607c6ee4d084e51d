import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, type ServerHttp2Stream } from 'node:http2';
import { describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { fuzzRuns } from '@emberscope/test-kit';
import * as fc from 'fast-check';
import { createTestAuthority } from '../testing/certificates.ts';
import { EMPTY_SETTINGS, http2Frame } from '../testing/http2-frame.ts';
import { openFrontDoor } from '../testing/open-front-door.ts';
import { openRawClient } from '../testing/raw-client.ts';
import { counter, hello, never } from '../testing/test-handlers.ts';
import { PATIENCE_MILLIS, until } from '../testing/until.ts';
import { DEFAULT_FRONT_DOOR_LIMITS } from './front-door-limits.ts';
import { answerText } from './http-handler.ts';
import { HTTP2_PREFACE, protocolOfFirstBytes } from './protocol-peek.ts';

/** Of a client that a busy machine may cut. */
const HONEST_TRIES = 50;

const RESET_STREAMS = 10_000;
/** What Node takes from a socket at once. */
const READ_BYTES = 64 * 1024;

describe('the first bytes tell the protocol', () => {
  const cases: readonly [bytes: string, protocol: string][] = [
    ['', 'undecided'],
    ['P', 'undecided'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r', 'undecided'],
    [HTTP2_PREFACE, 'http2'],
    [`${HTTP2_PREFACE}\0\0\0`, 'http2'],
    ['PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', 'http1'],
    ['POST', 'http1'],
    ['PU', 'http1'],
    ['GET / HTTP/1.1', 'http1'],
    ['\0', 'http1'],
    ['\x16\x03\x01', 'tls'],
  ];
  for (const [bytes, protocol] of cases) {
    test(`${JSON.stringify(bytes)} is ${protocol}`, () => {
      assert.equal(protocolOfFirstBytes(Buffer.from(bytes, 'latin1')), protocol);
    });
  }
});

describe('what is not HTTP is refused', () => {
  test('garbage is 400', async () => {
    await using open = await openFrontDoor({ handler: hello });
    const client = await openRawClient(open.port);
    client.send('\0\x01\x02 nonsense\r\n\r\n');
    assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined);
    assert.match(client.received(), /^HTTP\/1.1 400 /);
    assert.match(client.received(), /\r\n\r\nnot a request: Invalid method encountered\n$/);
    assert.deepEqual(open.cutReasons(), ['malformed']);
  });

  for (const [what, body, said] of [
    ['a chunk without a size', 'zz\r\n', 'the body is broken: Invalid character in chunk size\n'],
    ['half a body', '5\r\nab', 'the connection ended in the middle of a request\n'],
  ] as const) {
    test(`${what} is 400`, async () => {
      await using open = await openFrontDoor({ handler: counter });
      const client = await openRawClient(open.port);
      client.send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`);
      client.socket.end();
      assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined);
      assert.match(client.received(), /^HTTP\/1.1 400 /);
      assert.ok(client.received().endsWith(`\r\n\r\n${said}`), client.received());
    });
  }

  test('a request that came whole does not get the refusal of what is behind it', async () => {
    let answer = () => {};
    await using open = await openFrontDoor({
      handler: (_request, response) =>
        new Promise<void>((resolve) => {
          answer = () => {
            response.end('late');
            resolve();
          };
        }),
    });
    const client = await openRawClient(open.port);
    client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\nNOPE\r\n\r\n');
    assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined);
    assert.equal(client.received(), '');
    assert.deepEqual(open.cutReasons(), ['malformed']);
    answer();
  });

  test('a TLS client at the plain port is turned away at once', async () => {
    await using open = await openFrontDoor({ handler: hello });
    const client = connectTls({ port: open.port, host: '127.0.0.1', rejectUnauthorized: false });
    await assert.rejects(once(client, 'secureConnect'));
    assert.deepEqual(open.cutReasons(), ['tls-on-plain-port']);
  });

  test('a plain client at the TLS port is turned away', async () => {
    const { certificatePem, keyPem } = await (await createTestAuthority()).issue();
    await using open = await openFrontDoor({
      handler: hello,
      tls: { cert: certificatePem, key: keyPem },
    });
    const client = await openRawClient(open.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined);
    assert.deepEqual(open.cutReasons(), ['tls-handshake']);
  });

  test('a client that stops in the middle of the TLS handshake is cut', async () => {
    const { certificatePem, keyPem } = await (await createTestAuthority()).issue();
    await using open = await openFrontDoor({
      handler: hello,
      tls: { cert: certificatePem, key: keyPem },
      limits: { handshakeMillis: 200 },
    });
    const client = await openRawClient(open.port);
    client.send(new Uint8Array([0x16, 3, 1, 1, 0, 1]));
    assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined);
    assert.deepEqual(open.cutReasons(), ['tls-handshake']);
  });

  test('headers over the limit are 431', async () => {
    await using open = await openFrontDoor({ handler: hello, limits: { maxHeaderBytes: 1024 } });
    const client = await openRawClient(open.port);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(2000)}\r\n\r\n`);
    assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined);
    assert.match(client.received(), /^HTTP\/1.1 431 /);
    assert.match(client.received(), /request line and headers are larger than 1024 bytes\n$/);
    assert.deepEqual(open.cutReasons(), ['headers-too-large']);
  });

  test('HTTP/2 headers over the limit never reach the handler', async () => {
    let calls = 0;
    await using open = await openFrontDoor({
      handler: (_request, response) => {
        calls++;
        answerText(response, 200, '');
      },
      limits: { maxHeaderBytes: 1024 },
    });
    const session = connectHttp2(`http://127.0.0.1:${open.port}`);
    session.on('error', () => {});
    const stream = session.request({ ':path': '/', x: 'x'.repeat(20_000) });
    stream.on('error', () => {});
    stream.on('response', (headers) => assert.equal(headers[':status'], 431));
    stream.resume();
    await once(stream, 'close');
    assert.equal(calls, 0);
    session.destroy();
  });

  test('any bytes, whole or in pieces, end in a closed connection and an open door', async () => {
    await using open = await openFrontDoor({
      handler: counter,
      limits: { headersMillis: 60, requestMillis: 120, idleMillis: 60, silentMillis: 120 },
    });
    const beginnings = ['', 'GET / HTTP/1.1\r\n', 'PRI * ', HTTP2_PREFACE, '\x16\x03\x01'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...beginnings),
        fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (beginning, pieces, isReset) => {
          const client = await openRawClient(open.port);
          client.send(Buffer.from(beginning, 'latin1'));
          for (const piece of pieces) {
            client.send(piece);
            await new Promise((resolve) => setImmediate(resolve));
          }
          if (isReset) client.socket.resetAndDestroy();
          assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined, 'still open');
        },
      ),
      // What did not close in time is not made smaller: each try would take as long again.
      { ...fuzzRuns(12, 300), endOnFailure: true },
    );
    await until(() => open.door.openConnections() === 0);
    // With limits as short as these a busy machine may cut an honest client, too: it may try again.
    for (let tries = 1; ; tries++) {
      const request = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345';
      try {
        assert.match(await answerTo(open.port, request), /^HTTP\/1.1 200 .*\r\n\r\n5$/s);
        break;
      } catch (error) {
        if (tries === HONEST_TRIES) throw error;
      }
    }
  });
});

test('one connection too many is closed at once and counted', async () => {
  await using open = await openFrontDoor({ handler: never, limits: { maxConnections: 2 } });
  const first = await openRawClient(open.port);
  const second = await openRawClient(open.port);
  const third = await openRawClient(open.port);
  assert.ok((await third.closedWithin(PATIENCE_MILLIS)) !== undefined);
  assert.deepEqual(open.cutReasons(), ['too-many-connections']);
  assert.equal(open.door.openConnections(), 2);
  first.socket.destroy();
  second.socket.destroy();
});

/** More often, five floods at once would leave their servers no time. */
const FLOOD_MILLIS = 5;

describe('floods', { concurrency: true }, () => {
  const floods: readonly [what: string, bytes: Buffer][] = [
    ['settings', http2Frame(4, 0, 0, new Uint8Array([0, 3, 0, 0, 0, 100]))],
    ['pings', http2Frame(6, 0, 0, new Uint8Array(8))],
    ['frames against the protocol', http2Frame(8, 0, 0, new Uint8Array(4))],
    ['continuations without headers', http2Frame(9, 0, 1, new Uint8Array(4))],
  ];
  for (const [what, bytes] of floods) {
    test(`a flood of ${what} by a client that reads nothing ends the session`, async () => {
      await using open = await openFrontDoor({ handler: hello, limits: { idleMillis: 300 } });
      const client = await openRawClient(open.port);
      client.socket.pause();
      client.send(HTTP2_PREFACE);
      client.send(EMPTY_SETTINGS);
      const chunk = Buffer.concat(Array.from({ length: 2000 }, () => bytes));
      const flood = setInterval(() => {
        if (client.socket.writableLength < 1e6) client.send(chunk);
      }, FLOOD_MILLIS);
      // Also when it fails: a timer would keep the process for ever.
      await until(() => open.door.openConnections() === 0).finally(() => {
        clearInterval(flood);
        client.socket.destroy();
      });
      const answer = await answerTo(
        open.port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
      assert.match(answer, /hello$/);
    });
  }

  test('rapid reset ends the session', async () => {
    let calls = 0;
    const streams: ServerHttp2Stream[] = [];
    await using open = await openFrontDoor({
      handler: (request) => {
        calls++;
        if ('stream' in request) streams.push(request.stream);
      },
      // Node 24 ends the session at once, Node 20 when it is idle.
      limits: { idleMillis: 300 },
    });
    const client = await openRawClient(open.port);
    client.socket.pause();
    client.send(HTTP2_PREFACE);
    client.send(EMPTY_SETTINGS);
    // Indexed by HPACK's static table: GET, http, / and an authority of one letter.
    const block = new Uint8Array([0x82, 0x86, 0x84, 0x41, 0x01, 0x61]);
    const cancel = new Uint8Array([0, 0, 0, 8]);
    let sentBytes = 0;
    for (let stream = 1; stream < 2 * RESET_STREAMS; stream += 2) {
      for (const frame of [http2Frame(1, 5, stream, block), http2Frame(3, 0, stream, cancel)]) {
        client.send(frame);
        sentBytes += frame.length;
      }
    }
    await until(() => open.door.openConnections() === 0);
    // What lies in the read in which there were too many is let through, and in the one under way.
    const inOneRead = READ_BYTES / (sentBytes / RESET_STREAMS);
    const most = DEFAULT_FRONT_DOOR_LIMITS.streamResetBurst + 2 * inOneRead;
    assert.ok(calls < most, `${calls} requests were let through, of at most ${most}`);
    assert.equal(open.door.runningRequests(), 0);
    assert.ok(streams.every((stream) => stream.destroyed));
  });
});

/**
 * All that is said until the connection ends. Not by `fetch`: that of Node 20 waits for ever when it
 * is cut before it has written.
 */
async function answerTo(port: number, request: string): Promise<string> {
  const client = await openRawClient(port);
  client.send(request);
  assert.ok((await client.closedWithin(PATIENCE_MILLIS)) !== undefined, 'still open');
  return client.received();
}
