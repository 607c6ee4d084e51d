import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '../store/ids.ts';
import { createRateLimit } from './rate-limit.ts';

test('a tenant may burst, then has its rate, and leaves others theirs', () => {
  let nowMillis = 0;
  const limit = createRateLimit({ bytesPerSecond: 1024, burstBytes: 2048 }, () => nowMillis);
  const a = tenantId('a');
  assert.equal(limit.take(a, 2048), undefined);
  assert.equal(limit.take(a, 1024), 'push rate limit (1.0 KiB) exceeded while adding 1.0 KiB');
  assert.equal(limit.take(tenantId('b'), 2048), undefined);
  nowMillis = 1000;
  assert.equal(limit.take(a, 1024), undefined);
  assert.notEqual(limit.take(a, 1), undefined);
});

test('a rate of 0 is no limit', () => {
  const limit = createRateLimit({ bytesPerSecond: 0, burstBytes: 0 }, () => 0);
  assert.equal(limit.take(tenantId('a'), 1e12), undefined);
});
