import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createGrowableInt32 } from './growable.ts';

describe('a column grows from any capacity', () => {
  for (const capacity of [0, 1, 64]) {
    test(`${capacity}`, () => {
      const cells = createGrowableInt32(capacity);
      for (let i = 0; i < 200; i++) cells.push(i);
      cells.set(7, -7);
      assert.equal(cells.length(), 200);
      assert.equal(cells.at(199), 199);
      const finished = cells.finish();
      cells.push(200);
      assert.deepEqual([finished.length, finished[7], finished[199]], [200, -7, 199]);
    });
  }
});
