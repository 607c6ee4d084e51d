import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pointIntervalMillis } from './point-interval.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the step of a timeline', () => {
  const cases: readonly (readonly [rangeMillis: number, seconds: number])[] = [
    [0, 15],
    [6 * HOUR, 15],
    [7 * HOUR, 15],
    [7.3 * HOUR, 20],
    [8 * HOUR + 240_000, 20],
    [24 * HOUR, 60],
    [2 * DAY, 120],
    [7 * DAY, 300],
    [30 * DAY, 1800],
    [365 * DAY, 6 * 3600],
    [100 * 365 * DAY, 30 * 86_400],
    [250 * 365 * DAY, 365 * 86_400],
  ];
  for (const [rangeMillis, seconds] of cases) {
    test(`of ${rangeMillis / HOUR} hours is ${seconds} s`, () => {
      assert.equal(pointIntervalMillis(DAY, DAY + rangeMillis) / 1000, seconds);
    });
  }

  test('grows with the range, and leaves some thousand points at most', () => {
    const range = fc.integer({ min: 0, max: 300 * 365 * DAY });
    fc.assert(
      fc.property(range, range, (a, b) => {
        const [short, long] = a < b ? [a, b] : [b, a];
        assert.ok(pointIntervalMillis(0, short) <= pointIntervalMillis(0, long));
        assert.ok(long / pointIntervalMillis(0, long) <= 11_000);
      }),
    );
  });
});
