import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import { parseIngestTime } from './ingest-time.ts';

const NOW = unixNanos(1_795_521_600_000_000_000n);
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;

describe('a time', () => {
  const cases: readonly [text: string, nanos: bigint][] = [
    ['1795330154', 1_795_330_154n * SECOND],
    ['1795330154123', 1_795_330_154_123_000_000n],
    ['1795330154123456', 1_795_330_154_123_456_000n],
    ['1795330154123456789', 1_795_330_154_123_456_789n],
    ['0', 0n],
    ['20261124', 1_795_478_400n * SECOND],
    ['20260231', 20_260_231n * SECOND],
    ['1_795_330_154', 1_795_330_154n * SECOND],
    ['now', NOW],
    ['now-10m', NOW - 600n * SECOND],
    ['now - 1h 30min', NOW - 5400n * SECOND],
    ['now+5s', NOW + 5n * SECOND],
    ['whatever-2d', NOW - 2n * DAY],
    ['now-1w', NOW - 7n * DAY],
    ['now-1mon', NOW - 30n * DAY],
    ['now-1M', NOW - 30n * DAY],
    ['now-1y', NOW - 365n * DAY],
    ['now-5parsecs', NOW],
    ['-10s', NOW - 10n * SECOND],
    ['', NOW],
    ['garbage', NOW],
    ['99999999999999999999', NOW],
    ['now-999999999999999999y', NOW],
  ];
  for (const [text, nanos] of cases) {
    test(JSON.stringify(text), () => assert.equal(parseIngestTime(text, NOW), nanos));
  }
  test('any text is some time', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^(now)?[+-]?[\d smhMdwy]*$/)),
        (text) => {
          parseIngestTime(text, NOW);
        },
      ),
      fuzzRuns(500, 100_000),
    );
  });
});
