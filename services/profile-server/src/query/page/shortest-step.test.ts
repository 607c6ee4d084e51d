import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortestStepMillis } from './shortest-step.ts';

const SECOND = 1_000_000_000n;
const cases: readonly (readonly [string, bigint, number, string, bigint])[] = [
  ['ten seconds a profile, a little late', 102n * SECOND, 10, 'cpu', 27_540n],
  ['a minute a profile', 180n * SECOND, 3, 'wall', 162_000n],
  ['profiles without a length', 0n, 5, 'cpu', 0n],
  ['no profile', 0n, 0, 'cpu', 0n],
  ['memory that is held', 100n * SECOND, 10, 'inuse_space', 0n],
];
for (const [title, coveredNanos, profileCount, sampleType, expected] of cases) {
  test(`${title}: ${expected} ms at least`, () => {
    const coverage = { coveredNanos, profileCount, seriesCount: 1 };
    assert.equal(shortestStepMillis(coverage, { sampleType }), expected);
  });
}
