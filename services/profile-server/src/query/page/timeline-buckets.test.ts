import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { QueryRefused } from '../query-refusal.ts';
import { BUCKETS_MAX, bucketsOfStep, bucketsOfTarget, lastEdgeMillis } from './timeline-buckets.ts';

const HOUR = 3_600_000n;

describe('a step that the server chooses', () => {
  const CASES: readonly (readonly [length: bigint, target: number, step: bigint])[] = [
    [HOUR, 60, 60_000n],
    [HOUR, 300, 15_000n],
    [24n * HOUR, 300, 300_000n],
    [31n * 24n * HOUR, 300, 3n * HOUR],
    [100n, 60, 2n],
    [1n, 300, 1n],
    [400n * 24n * HOUR, 60, 8n * 24n * HOUR],
  ];
  for (const [length, target, step] of CASES) {
    test(`${length} ms in about ${target} points: ${step} ms`, () => {
      const range = { startMillis: 1n, endMillis: length };
      assert.equal(bucketsOfTarget(range, target).stepMillis, step);
    });
  }

  test('it is not below what the profiles need, and round all the same', () => {
    const range = { startMillis: 1n, endMillis: 300_000n };
    assert.equal(bucketsOfTarget(range, 300).stepMillis, 1000n);
    assert.equal(bucketsOfTarget(range, 300, 27_540n).stepMillis, 30_000n);
    assert.equal(bucketsOfTarget(range, 300, 30_001n).stepMillis, 60_000n);
  });

  test('for any range and target: round edges that cover it, not many more than asked for', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        fc.integer({ min: 1, max: BUCKETS_MAX }),
        (startMillis, length, target) => {
          const range = { startMillis, endMillis: startMillis + length };
          const buckets = bucketsOfTarget(range, target);
          const { stepMillis, firstEdgeMillis, count } = buckets;
          assert.equal(firstEdgeMillis % stepMillis, 0n);
          assert.ok(firstEdgeMillis >= startMillis && firstEdgeMillis - stepMillis < startMillis);
          const lastEdge = lastEdgeMillis(buckets);
          assert.ok(lastEdge >= range.endMillis && lastEdge - stepMillis < range.endMillis);
          assert.ok(count <= target + 1 && count <= BUCKETS_MAX);
        },
      ),
    );
  });
});

describe('a step that the request chooses', () => {
  test('buckets are rounded outwards to multiples of it', () => {
    const buckets = bucketsOfStep({ startMillis: 15_001n, endMillis: 60_000n }, 15_000n);
    assert.deepEqual(buckets, { stepMillis: 15_000n, firstEdgeMillis: 30_000n, count: 3 });
  });

  test('as many buckets as there may be, and one more', () => {
    const range = { startMillis: 1n, endMillis: BigInt(BUCKETS_MAX) };
    assert.equal(bucketsOfStep(range, 1n).count, BUCKETS_MAX);
    assert.throws(
      () => bucketsOfStep({ ...range, startMillis: 0n }, 1n),
      (error) => error instanceof QueryRefused && error.message.includes('11001 buckets'),
    );
  });
});
