import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { describe, test } from 'node:test';
import { openFrontDoor } from '../testing/open-front-door.ts';
import { openRawClient } from '../testing/raw-client.ts';
import { hello, never } from '../testing/test-handlers.ts';
import { until } from '../testing/until.ts';
import { createFrontDoor } from './front-door.ts';
import { answerText, type HttpHandler, isGone } from './http-handler.ts';

describe('the handler', () => {
  const failures: readonly [what: string, handler: HttpHandler][] = [
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ];
  for (const [what, handler] of failures) {
    test(`that ${what} becomes a 500 over both protocols`, async () => {
      await using open = await openFrontDoor({ handler });
      const answer = await fetch(`http://127.0.0.1:${open.port}`);
      assert.equal(answer.status, 500);
      assert.equal(await answer.text(), 'internal error\n');
      const session = connectHttp2(`http://127.0.0.1:${open.port}`);
      const stream = session.request({ ':path': '/' });
      const [headers] = await once(stream, 'response');
      assert.equal(headers[':status'], 500);
      stream.resume();
      session.close();
      assert.equal(open.events.filter(({ kind }) => kind === 'handler-failed').length, 2);
    });
  }

  test('that throws in the middle of an answer breaks it off', async () => {
    await using open = await openFrontDoor({
      handler: (_request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half');
        throw new Error('boom');
      },
    });
    const client = await openRawClient(open.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.ok((await client.closedWithin(2000)) !== undefined);
    assert.doesNotMatch(client.received(), /500/);
  });

  test('garbage behind a request that is being answered does not get a second status', async () => {
    await using open = await openFrontDoor({
      handler: (_request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half');
      },
    });
    const client = await openRawClient(open.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.hears('half');
    client.send('\0garbage\r\n\r\n');
    assert.ok((await client.closedWithin(2000)) !== undefined);
    assert.doesNotMatch(client.received(), /400/);
  });

  test('answers that wait behind another close when their connection does', async () => {
    const closed: string[] = [];
    await using open = await openFrontDoor({
      handler: (request, response) => {
        response.on('close', () => void closed.push(`${request.url} ${isGone(response)}`));
        // The first is never answered; the others are, and wait for it.
        if (request.url !== '/1') answerText(response, 200, 'done');
      },
    });
    const client = await openRawClient(open.port);
    for (const path of ['/1', '/2', '/3']) client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await until(() => open.door.runningRequests() === 3);
    client.socket.resetAndDestroy();
    await until(() => open.door.runningRequests() === 0);
    assert.deepEqual(closed.toSorted(), ['/1 true', '/2 true', '/3 true']);
  });

  test('a client that half-closes still gets its answer', async () => {
    await using open = await openFrontDoor({ handler: hello });
    const client = await openRawClient(open.port);
    client.socket.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.closedWithin(2000);
    assert.match(client.received(), /hello$/);
  });
});

describe('closing', () => {
  test('lets running requests finish, ends idle connections, accepts no new ones', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const open = await openFrontDoor({
      handler: async (request, response) => {
        if (request.url === '/slow') await released;
        answerText(response, 200, `done ${request.url}`);
      },
    });
    const url = `http://127.0.0.1:${open.port}`;
    const idle = await openRawClient(open.port);
    idle.send('GET /quick HTTP/1.1\r\nHost: a\r\n\r\n');
    await idle.hears('done /quick');
    const silent = await openRawClient(open.port);
    const slow1 = await openRawClient(open.port);
    slow1.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    const session = connectHttp2(url);
    const slow2 = session.request({ ':path': '/slow' });
    await until(() => open.door.runningRequests() === 2);

    const closing = open.door.close(3000);
    assert.ok((await idle.closedWithin(1000)) !== undefined, 'an idle connection stays');
    assert.ok((await silent.closedWithin(1000)) !== undefined, 'a silent connection stays');
    await assert.rejects(fetch(url));
    assert.equal(open.door.runningRequests(), 2);
    release();
    const [headers] = await once(slow2, 'response');
    assert.equal(headers[':status'], 200);
    slow2.resume();
    await slow1.hears('done /slow');
    assert.match(slow1.received(), /connection: close/i);
    assert.deepEqual(await closing, { cutRequests: 0, cutConnections: 0 });
  });

  test('cuts what is left at the deadline, and says how much', async () => {
    const open = await openFrontDoor({ handler: never });
    const client = await openRawClient(open.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const session = connectHttp2(`http://127.0.0.1:${open.port}`);
    session.on('error', () => {});
    const streams = [session.request({ ':path': '/' }), session.request({ ':path': '/' })];
    for (const stream of streams) stream.on('error', () => {});
    await until(() => open.door.runningRequests() === 3);
    const first = open.door.close(100);
    assert.deepEqual(await first, { cutRequests: 3, cutConnections: 2 });
    assert.deepEqual(await open.door.close(100), { cutRequests: 3, cutConnections: 2 });
    assert.ok((await client.closedWithin(1000)) !== undefined);
  });

  test('a door that never opened closes', async () => {
    const door = createFrontDoor({ handler: hello });
    assert.deepEqual(await door.close(100), { cutRequests: 0, cutConnections: 0 });
  });
});

describe('an address that cannot be had is one sentence', () => {
  test('a port in use', async () => {
    await using open = await openFrontDoor({ handler: hello });
    const second = createFrontDoor({ handler: hello });
    const listening = await second.listen({ host: '127.0.0.1', port: open.port }, 'listen');
    assert.deepEqual(listening, {
      ok: false,
      reason: `Cannot listen on 127.0.0.1:${open.port} (setting listen): another process listens there already.`,
    });
    await second.close(0);
  });

  test('an address of no interface', async () => {
    const door = createFrontDoor({ handler: hello });
    const listening = await door.listen({ host: '192.0.2.1', port: 0 }, 'listen-tls');
    assert.ok(!listening.ok);
    assert.match(listening.reason, /^Cannot listen on 192\.0\.2\.1:0 \(setting listen-tls\): no /);
    await door.close(0);
  });
});
