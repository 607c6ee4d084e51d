import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { percentage, shownValue } from './go-figures.ts';

describe('percentages', () => {
  const cases: readonly (readonly [value: number, total: number, text: string])[] = [
    [4, 4, '100%'],
    [1999, 2000, '100%'],
    [1998, 2000, '99.90%'],
    [1, 4, '25.00%'],
    [1, 32, '3.12%'],
    [3, 32, '9.38%'],
    [-1, 4, '25.00%'],
    [1, 100, '1.00%'],
    [1, 800, '0.12%'],
    [3, 800, '0.38%'],
    [1, 1600, '0.062%'],
    [999, 100_000, '1%'],
    [1, 300, '0.33%'],
    [1, 1_000_000, '0.0001%'],
    [1, 3_000_000, '3.3e-05%'],
    [1, 1e14, '1e-12%'],
    [0, 5, '0%'],
    [0, 0, '0%'],
    [3, 1, '300.00%'],
  ];
  for (const [value, total, text] of cases) {
    test(`${value} of ${total} is ${text}`, () => {
      assert.equal(percentage(value, total), text);
    });
  }

  test('any share is a number with a sign behind it', () => {
    const whole = fc.maxSafeInteger();
    fc.assert(
      fc.property(whole, whole, (value, total) => {
        assert.match(percentage(value, total), /^\d+(\.\d+)?(e-\d\d+|e\+\d+)?%$/);
      }),
    );
  });
});

describe('values', () => {
  const cases: readonly (readonly [value: number, unit: string, text: string])[] = [
    [4, 'nanoseconds', '0'],
    [4_000_000, 'nanoseconds', '0'],
    [5_000_000, 'nanoseconds', '0.01s'],
    [15_000_000, 'nanoseconds', '0.01s'],
    [1_500_000_000, 'nanoseconds', '1.50s'],
    [1_125_000_000, 'nanoseconds', '1.12s'],
    [-1_500_000_000, 'nanoseconds', '-1.50s'],
    [-1, 'nanoseconds', '0'],
    [3_600_000_000_000, 'NanoSeconds', '3600s'],
    [2, 'hours', '7200s'],
    [1500, 'ms', '1.50s'],
    [2_000_000, 'us', '2s'],
    [100, 'bytes', '100B'],
    [3, 'kilobytes', '3072B'],
    [6, 'count', '6'],
    [6, '', '6'],
    [6, 'constructor', '6'],
  ];
  for (const [value, unit, text] of cases) {
    test(`${value} ${unit} is ${text}`, () => {
      assert.equal(shownValue(value, unit), text);
    });
  }
});
