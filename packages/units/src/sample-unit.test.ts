import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  formatAge,
  formatCount,
  formatNanos,
  formatRate,
  formatShare,
  formatValue,
  sampleUnit,
} from './sample-unit.ts';

describe('a value in its unit', () => {
  const cases: readonly [value: number | bigint, unit: string, text: string][] = [
    [1_130_000_000, 'nanoseconds', '1.13 s'],
    [1130, 'milliseconds', '1.13 s'],
    [0, 'nanoseconds', '0 s'],
    [640, 'nanoseconds', '640 ns'],
    [48_000_000, 'bytes', '48 MB'],
    [999_600, 'bytes', '1 MB'],
    [12_400n, 'count', '12,400'],
    [2n ** 62n, 'bytes', '4.61 EB'],
    [3, 'lock_waits', '3 lock_waits'],
    [-1_500_000, 'nanoseconds', '-1.5 ms'],
    [7, 'constructor', '7 constructor'],
  ];
  for (const [value, unit, text] of cases) {
    test(`${value} ${unit} is ${text}`, () => {
      assert.equal(formatValue(value, sampleUnit(unit)), text);
    });
  }
});

describe('a length of time', () => {
  const cases: readonly [nanos: number, text: string][] = [
    [999.6, '1 µs'],
    [999_600_000, '1 s'],
    [59.97e9, '1 min'],
    [60e9, '1 min'],
    [150e9, '2 min 30 s'],
    [15 * 60e9, '15 min'],
    [3600e9, '1 h'],
    [12_000e9, '3 h 20 min'],
    [86_400e9, '1 d'],
    [(6 * 24 + 4) * 3600e9, '6 d 4 h'],
  ];
  for (const [nanos, text] of cases) {
    test(text, () => assert.equal(formatNanos(nanos), text));
  }
});

test('a value per second: cores for time, else per second', () => {
  assert.equal(formatRate(1_130_000_000, sampleUnit('nanoseconds'), 60), '0.0188 cores');
  assert.equal(formatRate(120_000_000, sampleUnit('bytes'), 60), '2 MB/s');
  assert.equal(formatRate(30, sampleUnit('count'), 60), '0.5/s');
  assert.equal(formatRate(30, sampleUnit('count'), 0), '');
});

describe('a count', () => {
  const cases: readonly [count: number, text: string][] = [
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [999_499, '999,499'],
    [999_500, '1 M'],
    [3_140_000, '3.14 M'],
    [2.5, '2.5'],
    [-1234, '-1,234'],
  ];
  for (const [count, text] of cases) test(text, () => assert.equal(formatCount(count), text));
});

describe('a share', () => {
  const cases: readonly [part: number, whole: number, text: string][] = [
    [124, 1000, '12.4 %'],
    [1, 1, '100 %'],
    [1, 3000, '< 0.1 %'],
    [0, 5, '0 %'],
    [5, 0, '0 %'],
    [-1, 3000, '> -0.1 %'],
    [-1, 4, '-25 %'],
    [9996, 10_000, '100 %'],
  ];
  for (const [part, whole, text] of cases) {
    test(`${part} of ${whole}`, () => assert.equal(formatShare(part, whole), text));
  }
});

describe('an age', () => {
  const cases: readonly [millis: number, text: string][] = [
    [-500, 'just now'],
    [999, 'just now'],
    [4200, '4 s ago'],
    [61_000, '1 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [50 * 3_600_000, '2 d ago'],
  ];
  for (const [millis, text] of cases) test(text, () => assert.equal(formatAge(millis), text));
});
