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

const REFUSED = 'not read: what was refused before it exceeds 100 kB uncompressed';

describe('the profiles of a push are inflated', () => {
  test('until all together are as much as a push may be', () => {
    const outcomes = outcomesOf(batch(), zeros(10_000), 12);
    assert.deepEqual(outcomes, [...Array(10).fill('10000'), BATCH, BATCH]);
  });

  test('and those that are too large as often, and no oftener', () => {
    const bytes = batch();
    const outcomes = outcomesOf(bytes, zeros(10_001), 12);
    assert.deepEqual(outcomes, [...Array(11).fill(TOO_LARGE), REFUSED]);
    assert.deepEqual(outcomesOf(bytes, zeros(10), 1), [REFUSED]);
  });

  test('beside which good ones are taken', () => {
    const bytes = batch();
    for (let i = 0; i < 10; i++) {
      assert.deepEqual(outcomesOf(bytes, zeros(10_001), 1), [TOO_LARGE]);
      assert.deepEqual(outcomesOf(bytes, zeros(10_000), 1), ['10000']);
    }
  });

  test('what is cut off is counted as far as it came', () => {
    // Of random bytes gzip keeps all: a fourth of what a profile may be, and 100 of them at most.
    const random = Buffer.from(Array.from({ length: 2_500 }, (_, i) => (i * i * 31 + i) % 251));
    const cut = gzipSync(random, { level: 0 }).subarray(0, 1_025);
    const bytes = batch();
    const outcomes = outcomesOf(bytes, cut, 98);
    assert.match(outcomes[97] ?? '', /^gzip reset: unexpected end of file/);
    assert.deepEqual(outcomesOf(bytes, zeros(10), 1), ['10']);
    assert.equal(outcomesOf(bytes, cut, 10).at(-1), REFUSED);
  });

  test('what is broken is counted as what profiles become, or as what it can be at most', () => {
    const torn = Uint8Array.of(...zeros(10).subarray(0, 10), 0xff, 0xff);
    const outcomes = outcomesOf(batch(), torn, 600);
    assert.equal(outcomes.indexOf(REFUSED), Math.floor(100_000 / (12 * 16)) + 1);
    assert.match(outcomes[0] ?? '', /^gzip reset: /);
    const wrongSum = zeros(9_000);
    wrongSum[wrongSum.length - 8] = ~(wrongSum.at(-8) ?? 0);
    assert.equal(outcomesOf(batch(), wrongSum, 20).indexOf(REFUSED), 11);
  });

  test('where the owner lifted the limit of a profile, to what a push may be', () => {
    assert.deepEqual(outcomesOf(batch({ maxProfileBytes: 0 }), zeros(100_000), 1), ['100000']);
    assert.deepEqual(outcomesOf(batch({ maxProfileBytes: 0 }), zeros(100_001), 1), [BATCH]);
  });
});
