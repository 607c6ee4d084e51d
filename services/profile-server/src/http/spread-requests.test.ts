import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurnLine, type HttpRequest, type HttpResponse } from '@emberscope/node-kit';
import { spreadRequests } from './spread-requests.ts';

test('requests that come at once begin in as many turns as they need, in their order', async () => {
  let nowMillis = 0;
  const turns: (() => void)[] = [];
  const begun: number[] = [];
  const line = createTurnLine({
    monotonicMillis: () => nowMillis,
    nextTurn(run) {
      turns.push(run);
      return { ref() {} };
    },
    afterwards: (run) => void setImmediate(run),
  });
  const handler = spreadRequests((request) => {
    // Each request takes 4 ms of the event loop.
    nowMillis += 4;
    begun.push(Number(request.url));
  }, line);
  const ask = (url: number, destroyed = false) =>
    handler({ url: `${url}` } as HttpRequest, { destroyed } as HttpResponse);
  const turn = async () => {
    turns.shift()?.();
    // What begins in this turn is begun by now.
    for (let i = 0; i < 6; i++) await new Promise(setImmediate);
  };
  const asked = [0, 1, 2, 3, 4, 5, 6, 7].map((url) => ask(url, url === 4));
  assert.deepEqual(begun, [0, 1, 2], 'what fits into a turn begins at once');
  await turn();
  assert.deepEqual(begun, [0, 1, 2, 3, 5, 6], 'whoever has gone is passed over');
  const late = ask(8);
  await turn();
  assert.deepEqual(begun, [0, 1, 2, 3, 5, 6, 7, 8]);
  await Promise.all([...asked, late]);
  await turn();
  assert.equal(turns.length, 0, 'an idle server arms nothing');
});
