import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PushId, pushId, tenantId } from '../ids.ts';
import { createPushIds } from './push-ids.ts';

const HOUR_MILLIS = 3_600_000;
const MEBIBYTE = 1024 * 1024;
const A = tenantId('a');
const B = tenantId('b');

describe('ids of pushes', () => {
  test('are known for a day, per tenant, and soon forgotten after it', () => {
    let nowMillis = 1_795_521_600_000;
    const ids = createPushIds(() => nowMillis, MEBIBYTE);
    ids.add(A, id(1));
    for (let hour = 0; hour < 24; hour++) {
      assert.ok(ids.has(A, id(1)), `after ${hour} hours`);
      assert.ok(!ids.has(B, id(1)));
      ids.add(A, id(1000 + hour));
      nowMillis += HOUR_MILLIS;
    }
    nowMillis += 4 * HOUR_MILLIS;
    assert.ok(!ids.has(A, id(1)));
    assert.ok(ids.has(A, id(1010)));
  });

  test('are forgotten when nothing else comes either', () => {
    let nowMillis = 1_795_521_600_000;
    const ids = createPushIds(() => nowMillis, MEBIBYTE);
    ids.add(A, id(1));
    nowMillis += 25 * HOUR_MILLIS;
    assert.ok(!ids.has(A, id(1)));
    ids.add(A, id(1));
    assert.ok(ids.has(A, id(1)));
  });

  test('are known for their day though older ones come behind them', () => {
    let nowMillis = 1_795_521_600_000;
    const ids = createPushIds(() => nowMillis, MEBIBYTE);
    ids.add(A, id(1), nowMillis);
    ids.add(A, id(2), nowMillis - 23 * HOUR_MILLIS);
    nowMillis += 2 * HOUR_MILLIS;
    assert.ok(ids.has(A, id(1)));
  });

  test('stay within their limit: the oldest go, the newest are known', () => {
    const ids = createPushIds(() => 1_795_521_600_000, MEBIBYTE);
    for (let i = 0; i < 100_000; i++) {
      ids.add(i % 2 === 0 ? A : B, id(i));
      if (i % 1000 === 0) assert.ok(ids.bytes() <= MEBIBYTE * 1.2, `${ids.bytes()} bytes`);
    }
    assert.ok(!ids.has(A, id(0)));
    for (let i = 90_000; i < 100_000; i++) assert.ok(ids.has(i % 2 === 0 ? A : B, id(i)));
  });

  test('cost less than 64 bytes each', () => {
    const ids = createPushIds(() => 1_795_521_600_000, 64 * MEBIBYTE);
    for (let i = 0; i < 70_000; i++) ids.add(A, id(i));
    assert.ok(ids.bytes() < 70_000 * 64, `${ids.bytes() / 70_000}`);
  });
});

function id(number: number): PushId {
  const made = pushId(`emb1-${number.toString(16).padStart(32, '7')}`);
  assert.ok(made !== undefined);
  return made;
}
