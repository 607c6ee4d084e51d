import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { nthLargest } from './largest-values.ts';

test('the nth largest is what stands there when all are sorted', () => {
  const few = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 });
  const many = fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.oneof(few, many), fc.nat(), (values, place) => {
      const n = 1 + (place % values.length);
      const sorted = values.toSorted((a, b) => b - a);
      assert.equal(nthLargest(Float64Array.from(values), n), sorted[n - 1]);
    }),
    fuzzRuns(300, 20_000),
  );
});

test('an order made for the worst pivots is as good as any', () => {
  const saw = Float64Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_000);
  const organ = Float64Array.from({ length: 20_000 }, (_, i) => Math.min(i, 20_000 - i));
  assert.equal(nthLargest(saw, 5000), 15_000);
  assert.equal(nthLargest(organ, 1), 10_000);
  assert.equal(nthLargest(organ, 20_000), 0);
});
