import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openFrontDoor } from '../testing/open-front-door.ts';
import { createHealth } from './health.ts';
import { answerText } from './http-handler.ts';
import { createPlainRoutes } from './plain-routes.ts';

describe('plain routes', () => {
  const routes = createPlainRoutes([
    { method: 'GET', path: '/a', handle: (_request, response) => answerText(response, 200, 'got') },
    {
      method: 'POST',
      path: '/a',
      handle: (_request, response) => answerText(response, 200, 'put'),
    },
  ]);
  const cases: readonly [method: string, path: string, status: number, text: string][] = [
    ['GET', '/a', 200, 'got'],
    ['GET', '/a?b=/c', 200, 'got'],
    ['HEAD', '/a', 200, ''],
    ['POST', '/a', 200, 'put'],
    ['DELETE', '/a', 405, ''],
    ['GET', '/a/', 404, '404 page not found\n'],
    ['GET', '/', 404, '404 page not found\n'],
    ['POST', '/__proto__', 404, '404 page not found\n'],
  ];
  for (const [method, path, status, text] of cases) {
    test(`${method} ${path} is ${status}`, async () => {
      await using open = await openFrontDoor({ handler: routes });
      const answer = await fetch(`http://127.0.0.1:${open.port}${path}`, { method });
      assert.deepEqual([answer.status, await answer.text()], [status, text]);
    });
  }

  test('two handlers for one route are a mistake', () => {
    const handle = () => {};
    const route = { method: 'GET', path: '/a', handle } as const;
    assert.throws(() => createPlainRoutes([route, route]), /GET \/a is routed twice/);
  });
});

describe('/ready', () => {
  test('names what is not running, and turns 200 when all is', async () => {
    const health = createHealth();
    const store = health.add('store');
    const listener = health.add('listener');
    await using open = await openFrontDoor({
      handler: (_request, response) => health.answer(response),
    });
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${open.port}/ready`);
      return [answer.status, await answer.text()];
    };
    store.set('starting', 'replaying the log');
    listener.set('running');
    assert.deepEqual(await ask(), [
      503,
      'Some services are not Running:\nstore: starting (replaying the log)\n',
    ]);
    store.set('running');
    assert.deepEqual(await ask(), [200, 'ready']);
    assert.ok(health.isReady());
    listener.set('failed', 'EMFILE');
    assert.deepEqual(await ask(), [
      503,
      'Some services are not Running:\nlistener: failed (EMFILE)\n',
    ]);
    assert.throws(() => health.add('store'), /store is there already/);
  });
});
