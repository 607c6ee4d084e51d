import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  floorDivide,
  formatUnixNanos,
  millisFromNanos,
  nanosFromMillis,
  startOfPeriod,
  stepCount,
  unixMillis,
  unixNanos,
} from './time.ts';

test('a point that is no int64 or no number is refused', () => {
  assert.throws(() => unixNanos(2n ** 63n), /9223372036854775808 ns/);
  assert.throws(() => unixMillis(Number.NaN), /NaN is not a time/);
  assert.throws(() => unixMillis(Number.POSITIVE_INFINITY), /Infinity/);
});

describe('between milliseconds and nanoseconds', () => {
  test('a millisecond is its first nanosecond', () => {
    assert.equal(nanosFromMillis(unixMillis(1_764_000_000_123)), 1_764_000_000_123_000_000n);
    assert.equal(nanosFromMillis(unixMillis(1.9)), 1_000_000n);
  });
  test('a nanosecond belongs to the millisecond that holds it, also before 1970', () => {
    assert.equal(millisFromNanos(unixNanos(1_999_999n)), 1);
    assert.equal(millisFromNanos(unixNanos(-1n)), -1);
  });
});

test('division rounds down on both sides of zero', () => {
  assert.deepEqual(
    [floorDivide(7n, 2n), floorDivide(-7n, 2n), floorDivide(-8n, 2n), floorDivide(7n, -2n)],
    [3n, -4n, -4n, -4n],
  );
});

test('a period starts at its last edge', () => {
  const hour = 3_600_000_000_000n;
  assert.equal(startOfPeriod(unixNanos(hour + 1n), hour), hour);
  assert.equal(startOfPeriod(unixNanos(hour), hour), hour);
  assert.equal(startOfPeriod(unixNanos(-1n), hour), -hour);
});

describe('steps over a range', () => {
  const cases: readonly [start: number, end: number, step: number, count: number][] = [
    [0, 60, 15, 4],
    [0, 61, 15, 5],
    [0, 0, 15, 0],
    [10, 0, 15, 0],
    [0, 1, 1000, 1],
  ];
  for (const [start, end, step, count] of cases) {
    test(`[${start}, ${end}) by ${step} is ${count}`, () => {
      assert.equal(stepCount(unixMillis(start), unixMillis(end), step), count);
    });
  }
  for (const step of [0, -1, Number.NaN]) {
    test(`a step of ${step} is refused`, () => {
      assert.throws(() => stepCount(unixMillis(0), unixMillis(1), step), RangeError);
    });
  }
});

describe('RFC 3339', () => {
  const cases: readonly [nanos: bigint, text: string][] = [
    [0n, '1970-01-01T00:00:00Z'],
    [1_764_000_000_000_000_001n, '2025-11-24T16:00:00.000000001Z'],
    [1_764_000_000_120_000_000n, '2025-11-24T16:00:00.12Z'],
    [-1n, '1969-12-31T23:59:59.999999999Z'],
  ];
  for (const [nanos, text] of cases) {
    test(text, () => assert.equal(formatUnixNanos(unixNanos(nanos)), text));
  }
});
