import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { describe, test } from 'node:test';
import { EMPTY_SETTINGS, http2Frame } from '../testing/http2-frame.ts';
import { openFrontDoor } from '../testing/open-front-door.ts';
import { openRawClient } from '../testing/raw-client.ts';
import { counter, hello } from '../testing/test-handlers.ts';
import { until } from '../testing/until.ts';
import { HTTP2_PREFACE } from './protocol-peek.ts';

describe('slow clients are cut in time', { concurrency: true }, () => {
  const cases: readonly [
    what: string,
    bytes: string | Uint8Array,
    reason: string,
    status: string,
  ][] = [
    ['nothing at all', '', 'peek-timeout', ''],
    ['half a method that could be HTTP/2', 'PR', 'peek-timeout', ''],
    ['half a preface', HTTP2_PREFACE.slice(0, 23), 'peek-timeout', ''],
    ['half a request line', 'GET /rea', 'request-timeout', '408'],
    ['half of the headers', 'GET / HTTP/1.1\r\nHost: a\r\nX-A', 'request-timeout', '408'],
    [
      'half a body',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf',
      'request-timeout',
      '408',
    ],
    ['a preface and no settings', HTTP2_PREFACE, 'idle', ''],
    ['an HTTP/2 session without a stream', HTTP2_PREFACE + EMPTY_SETTINGS.toString(), 'idle', ''],
    [
      'a header block that never ends',
      Buffer.concat([
        Buffer.from(HTTP2_PREFACE),
        EMPTY_SETTINGS,
        http2Frame(1, 0, 1, new Uint8Array([0x82])),
      ]),
      'idle',
      '',
    ],
  ];
  for (const [what, bytes, reason, status] of cases) {
    test(what, async () => {
      await using open = await openFrontDoor({
        handler: counter,
        limits: { headersMillis: 200, requestMillis: 400, idleMillis: 300 },
      });
      const client = await openRawClient(open.port);
      client.send(bytes);
      const closedAfterMillis = await client.closedWithin(3000);
      assert.ok(closedAfterMillis !== undefined, 'still open after 3 s');
      assert.ok(closedAfterMillis > 150, `closed after ${closedAfterMillis} ms`);
      assert.deepEqual(open.cutReasons(), [reason]);
      if (status !== '') assert.match(client.received(), new RegExp(`^HTTP/1.1 ${status} `));
      await until(() => open.door.openConnections() === 0);
    });
  }

  test('one header byte at a time does not buy more time', async () => {
    await using open = await openFrontDoor({ handler: hello, limits: { headersMillis: 300 } });
    const client = await openRawClient(open.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    const drip = setInterval(() => client.send('a'), 50);
    const closedAfterMillis = await client.closedWithin(3000);
    clearInterval(drip);
    assert.ok(closedAfterMillis !== undefined);
    assert.match(client.received(), /^HTTP\/1.1 408 /);
    assert.match(client.received(), /may take \d+ ms to arrive, all of it \d+\n$/);
  });

  test('HTTP/2 pings do not keep an idle session', async () => {
    await using open = await openFrontDoor({ handler: hello, limits: { idleMillis: 300 } });
    const client = await openRawClient(open.port);
    client.send(HTTP2_PREFACE);
    client.send(EMPTY_SETTINGS);
    const drip = setInterval(() => client.send(http2Frame(6, 0, 0, new Uint8Array(8))), 50);
    const closedAfterMillis = await client.closedWithin(3000);
    clearInterval(drip);
    assert.ok(closedAfterMillis !== undefined);
    assert.deepEqual(open.cutReasons(), ['idle']);
  });

  test('a stream whose body never ends is cancelled, its neighbour is not', async () => {
    await using open = await openFrontDoor({ handler: counter, limits: { requestMillis: 200 } });
    const session = connectHttp2(`http://127.0.0.1:${open.port}`);
    const slow = session.request({ ':method': 'POST', ':path': '/' });
    slow.on('error', () => {});
    slow.write('half');
    await once(slow, 'close');
    assert.equal(slow.rstCode, constants.NGHTTP2_CANCEL);
    assert.deepEqual(open.cutReasons(), ['request-timeout']);
    const good = session.request({ ':path': '/' });
    const [headers] = await once(good, 'response');
    assert.equal(headers[':status'], 200);
    good.resume();
    session.close();
  });

  for (const version of ['HTTP/1.1', 'HTTP/2']) {
    test(`${version}: a reader that reads nothing is cut`, async () => {
      await using open = await openFrontDoor({
        handler: (_request, response) => {
          response.statusCode = 200;
          const pour = () => {
            while (!response.writableEnded && response.write(new Uint8Array(65_536)));
          };
          response.on('drain', pour);
          pour();
        },
        limits: { silentMillis: 300 },
      });
      if (version === 'HTTP/1.1') {
        const client = await openRawClient(open.port);
        client.socket.pause();
        client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await open.cutFor('silent');
        client.socket.destroy();
      } else {
        const session = connectHttp2(`http://127.0.0.1:${open.port}`);
        session.on('error', () => {});
        const stream = session.request({ ':path': '/' });
        stream.on('error', () => {});
        stream.pause();
        await open.cutFor('silent');
        session.destroy();
      }
      await until(() => open.door.runningRequests() === 0);
    });
  }

  test('a keep-alive connection without requests is closed', async () => {
    await using open = await openFrontDoor({ handler: hello, limits: { idleMillis: 200 } });
    const client = await openRawClient(open.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.hears('hello');
    assert.ok((await client.closedWithin(4000)) !== undefined);
    assert.deepEqual(open.cutReasons(), ['idle']);
  });
});
