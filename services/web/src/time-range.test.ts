import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  formatRange,
  moveSpan,
  type RangeChoice,
  SPAN_MAX_MILLIS,
  SPAN_MIN_MILLIS,
  spanMillis,
  spanOfRange,
  stretchSpan,
} from './time-range.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE: { readonly startMillis: number; readonly endMillis: number } = {
  startMillis: NOON,
  endMillis: NOON + 59_999,
};

test('a moving range ends now and is as long as it says', () => {
  const span = spanOfRange({ kind: 'last', minutes: 15 }, NOON);
  assert.equal(span.endMillis, NOON);
  assert.equal(spanMillis(span), 15 * 60_000);
});

describe('moving', () => {
  const later = NOON + 3_600_000;
  const cases: readonly [title: string, lengths: number, now: number, start: number][] = [
    ['half a length back', -0.5, later, NOON - 30_000],
    ['a length on', 1, later, NOON + 60_000],
    ['on, but not past now', 1, NOON + 69_999, NOON + 10_000],
    ['on, when it ends past now already', 1, NOON, NOON],
  ];
  for (const [title, lengths, now, start] of cases) {
    test(title, () => {
      const moved = moveSpan(MINUTE, lengths, now);
      assert.equal(moved.startMillis, start);
      assert.equal(spanMillis(moved), 60_000);
    });
  }
});

describe('stretching', () => {
  const cases: readonly [
    title: string,
    factor: number,
    now: number,
    start: number,
    length: number,
  ][] = [
    ['out around the middle', 2, NOON + 3_600_000, NOON - 30_000, 120_000],
    ['in around the middle', 0.5, NOON + 3_600_000, NOON + 15_000, 30_000],
    ['out at now, to the past only', 2, NOON + 59_999, NOON - 60_000, 120_000],
  ];
  for (const [title, factor, now, start, length] of cases) {
    test(title, () => {
      const stretched = stretchSpan(MINUTE, factor, now);
      assert.equal(stretched.startMillis, start);
      assert.equal(spanMillis(stretched), length);
    });
  }

  test('stops at the limits', () => {
    assert.equal(spanMillis(stretchSpan(MINUTE, 1e-9, NOON)), SPAN_MIN_MILLIS);
    assert.equal(spanMillis(stretchSpan(MINUTE, 1e9, NOON)), SPAN_MAX_MILLIS);
  });
});

describe('in words', () => {
  const cases: readonly [choice: RangeChoice, zone: string, text: string][] = [
    [{ kind: 'last', minutes: 15 }, 'UTC', 'last 15 min'],
    [{ kind: 'last', minutes: 10_080 }, 'UTC', 'last 7 d'],
    [{ kind: 'fixed', ...MINUTE }, 'UTC', '24 Nov 12:00:00 to 12:01:00'],
    [{ kind: 'fixed', ...MINUTE }, 'Asia/Tokyo', '24 Nov 21:00:00 to 21:01:00'],
    [
      { kind: 'fixed', startMillis: NOON, endMillis: NOON + 86_400_000 - 1 },
      'UTC',
      '24 Nov 12:00:00 to 25 Nov 12:00:00',
    ],
  ];
  for (const [choice, zone, text] of cases) {
    test(`${text} (${zone})`, () => assert.equal(formatRange(choice, zone), text));
  }
});
