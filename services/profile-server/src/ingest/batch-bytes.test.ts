import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ingestLimits } from '../settings.ts';
import { settingsOf } from '../testing/running-server.ts';
import { BatchBytes } from './batch-bytes.ts';

const limits = {
  ...ingestLimits(settingsOf({})),
  maxProfileBytes: 10_000,
  maxBatchBytes: 100_000,
};
const zeros = (bytes: number) => gzipSync(Buffer.alloc(bytes));
const batch = (changed: Partial<typeof limits> = {}) => new BatchBytes({ ...limits, ...changed });

function outcomesOf(bytes: BatchBytes, sent: Uint8Array, times: number): readonly string[] {
  return Array.from({ length: times }, () => {
    const inflated = bytes.inflate(sent);
    return inflated.kind === 'ok' ? `${inflated.bytes.length}` : inflated.refusal.reason;
  });
}

const TOO_LARGE = 'uncompressed profile payload size exceeds limit of 10 kB';
const BATCH = 'uncompressed batched profile payload size exceeds limit of 100 kB';

describe('the profiles of a push are inflated', () => {
  test('until all together are as much as a push may be', () => {
    const outcomes = outcomesOf(batch(), zeros(10_000), 12);
    assert.deepEqual(outcomes, [...Array(10).fill('10000'), BATCH, BATCH]);
  });

  test('and those that are too large as often, and no oftener', () => {
    const bytes = batch();
    const outcomes = outcomesOf(bytes, zeros(10_001), 12);
    assert.deepEqual(outcomes, [...Array(11).fill(TOO_LARGE), BATCH]);
    assert.deepEqual(outcomesOf(bytes, zeros(10), 1), [BATCH]);
  });

  test('beside which good ones are taken', () => {
    const bytes = batch();
    for (let i = 0; i < 10; i++) {
      assert.deepEqual(outcomesOf(bytes, zeros(10_001), 1), [TOO_LARGE]);
      assert.deepEqual(outcomesOf(bytes, zeros(10_000), 1), ['10000']);
    }
  });

  test('of what is no gzip as much is counted as it can have become', () => {
    const bytes = batch();
    const torn = Uint8Array.of(...zeros(10).subarray(0, 10), 0xff, 0xff);
    const outcomes = outcomesOf(bytes, torn, 20);
    assert.equal(outcomes.indexOf(BATCH), Math.floor(100_000 / Math.min(10_000, 12 * 1032)) + 1);
    assert.match(outcomes[0] ?? '', /^gzip reset: /);
  });

  test('where the owner lifted the limit of a profile, to what a push may be', () => {
    assert.deepEqual(outcomesOf(batch({ maxProfileBytes: 0 }), zeros(100_000), 1), ['100000']);
    assert.deepEqual(outcomesOf(batch({ maxProfileBytes: 0 }), zeros(100_001), 1), [BATCH]);
  });
});
