import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimClock } from '@emberscope/node-kit';
import { createOneAtATime } from './one-at-a-time.ts';

test('turns come in order, and whoever gave up is passed over', async () => {
  const line = createOneAtATime(createSimClock());
  assert.equal(await line.wait(undefined, 1000), 'mine');
  const gone = new AbortController();
  const second = line.wait(gone.signal, 1000);
  const third = line.wait(undefined, 1000);
  gone.abort();
  assert.equal(await second, 'aborted');
  line.next();
  assert.equal(await third, 'mine');
  line.next();
  assert.equal(await line.wait(undefined, 1000), 'mine', 'the line is free again');
  assert.equal(await line.wait(gone.signal, 1000), 'aborted');
});
