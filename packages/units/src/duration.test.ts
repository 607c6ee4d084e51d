import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { formatGoDuration, formatPrometheusDuration, parseDuration } from './duration.ts';

const SECOND = 1_000_000_000n;

describe('a duration is read', () => {
  const cases: readonly [text: string, nanos: bigint][] = [
    ['0', 0n],
    ['-0', 0n],
    ['15s', 15n * SECOND],
    ['1h30m', 5400n * SECOND],
    ['1.5h', 5400n * SECOND],
    ['500ms', SECOND / 2n],
    ['1us', 1000n],
    ['1µs', 1000n],
    ['7d', 604_800n * SECOND],
    ['2w', 1_209_600n * SECOND],
    ['1y', 31_536_000n * SECOND],
    ['-5m', -300n * SECOND],
    ['1m1m', 120n * SECOND],
  ];
  for (const [text, nanos] of cases) {
    test(text, () => assert.deepEqual(parseDuration(text), { ok: true, nanos }));
  }
});

describe('what is no duration is an answer with its place', () => {
  const cases: readonly [text: string, offset: number, reason: RegExp][] = [
    ['', 0, /not a duration/],
    ['-', 1, /not a duration/],
    ['15', 2, /"15" lacks a unit/],
    ['15 s', 2, /lacks a unit/],
    ['s', 0, /expected a number, found "s"/],
    ['1h x', 2, /expected a number, found " x"/],
    ['1parsec', 1, /"parsec" is not a unit/],
    ['1constructor', 1, /"constructor" is not a unit/],
    ['1h30', 4, /lacks a unit/],
    ['400y', 0, /longer than 292 years/],
  ];
  for (const [text, offset, reason] of cases) {
    test(JSON.stringify(text), () => {
      const parsed = parseDuration(text);
      assert.ok(!parsed.ok);
      assert.equal(parsed.offset, offset);
      assert.match(parsed.reason, reason);
    });
  }
  test('any text at all, quickly', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        parseDuration(text);
      }),
      fuzzRuns(500, 100_000),
    );
  });
});

describe('as Go and as Prometheus print it', () => {
  const cases: readonly [nanos: bigint, go: string, prometheus: string][] = [
    [0n, '0s', '0s'],
    [25n * 3600n * SECOND, '25h0m0s', '25h'],
    [24n * 3600n * SECOND, '24h0m0s', '1d'],
    [90n * SECOND, '1m30s', '1m30s'],
    [(3n * SECOND) / 2n, '1.5s', '1s500ms'],
    [250n * 1_000_000n, '250ms', '250ms'],
    [1500n, '1.5µs', '0s'],
    [1n, '1ns', '0s'],
    [-90n * SECOND, '-1m30s', '-1m30s'],
    [7n * 86_400n * SECOND, '168h0m0s', '1w'],
  ];
  for (const [nanos, go, prometheus] of cases) {
    test(`${go}, ${prometheus}`, () => {
      assert.equal(formatGoDuration(nanos), go);
      assert.equal(formatPrometheusDuration(nanos), prometheus);
    });
  }
  test('Go’s form of any duration is read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (nanos) => {
        assert.deepEqual(parseDuration(formatGoDuration(nanos)), { ok: true, nanos });
      }),
      fuzzRuns(500, 100_000),
    );
  });
});
