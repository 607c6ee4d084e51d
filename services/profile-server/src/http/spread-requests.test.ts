import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpRequest, HttpResponse } from '@emberscope/node-kit';
import { spreadRequests } from './spread-requests.ts';

test('requests that come at once begin in as many turns as they need, in their order', async () => {
  let nowMillis = 0;
  const turns: (() => void)[] = [];
  const begun: number[] = [];
  const handler = spreadRequests(
    (request) => {
      // Each request takes 9 ms of the event loop.
      nowMillis += 9;
      begun.push(Number(request.url));
    },
    { monotonicMillis: () => nowMillis, nextTurn: (run) => void turns.push(run) },
  );
  const ask = (url: number, destroyed = false) =>
    handler({ url: `${url}` } as HttpRequest, { destroyed } as HttpResponse);
  const asked = [0, 1, 2, 3, 4, 5, 6, 7].map((url) => ask(url, url === 4));
  assert.deepEqual(begun, [0, 1, 2], 'what fits into a turn begins at once');
  turns.shift()?.();
  assert.deepEqual(begun, [0, 1, 2, 3, 5, 6], 'whoever has gone is passed over');
  const late = ask(8);
  turns.shift()?.();
  assert.deepEqual(begun, [0, 1, 2, 3, 5, 6, 7, 8]);
  await Promise.all([...asked, late]);
  turns.shift()?.();
  assert.equal(turns.length, 0, 'an idle server arms nothing');
});
