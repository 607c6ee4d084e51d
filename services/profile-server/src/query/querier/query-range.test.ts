import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { QuerierService } from '@emberscope/protocol/querier';
import type { QueryAnswer } from '../query-call.ts';
import { type AskedStore, CPU, DAY, MINUTE, NOW, openAskedStore } from '../testing/asked-store.ts';

const { method } = QuerierService;
const SELECT = { profileTypeID: CPU, labelSelector: '{}' };
const HOUR = 60n * MINUTE;

type Range = { readonly start: bigint; readonly end: bigint };
type Ask = (asked: AskedStore, range: Range) => Promise<QueryAnswer>;

/** Every method with a range. */
const METHODS: Readonly<Record<string, Ask>> = {
  LabelNames: (asked, range) => asked.answerTo(method.labelNames, range),
  LabelValues: (asked, range) => asked.answerTo(method.labelValues, { ...range, name: 'pod' }),
  Series: (asked, range) => asked.answerTo(method.series, range),
  SelectMergeStacktraces: (asked, range) =>
    asked.answerTo(method.selectMergeStacktraces, { ...SELECT, ...range }),
  SelectMergeSpanProfile: (asked, range) =>
    asked.answerTo(method.selectMergeSpanProfile, { ...SELECT, ...range }),
  SelectMergeProfile: (asked, range) =>
    asked.answerTo(method.selectMergeProfile, { ...SELECT, ...range }),
  SelectSeries: (asked, range) =>
    asked.answerTo(method.selectSeries, { ...SELECT, ...range, step: 15 }),
};

const CASES: readonly (readonly [title: string, start: bigint, end: bigint, expected: string])[] = [
  ['no times', 0n, 0n, 'missing time range in the query'],
  ['no start', 0n, NOW, 'missing time range in the query'],
  ['no end', NOW, 0n, 'missing time range in the query'],
  ['an end before the start', NOW, NOW - 1n, 'query start time is after end time'],
  ['a point in time', NOW, NOW, 'ok'],
  ['exactly the longest range', NOW - DAY, NOW, 'ok'],
  [
    'more than the longest range',
    NOW - 25n * HOUR,
    NOW,
    'the query time range exceeds the limit (max_query_length, actual: 25h0m0s, limit: 1d)',
  ],
  ['times before 1970', -2n, -1n, 'ok'],
  ['a range before the look-back, however long', 1000n, NOW - 8n * DAY, 'ok'],
  ['a long range of which the look-back leaves little', 1000n, NOW - 7n * DAY + HOUR, 'ok'],
  ['times past all nanoseconds', 2n ** 62n, 2n ** 62n + 1n, 'ok'],
];

describe('the range of every method', () => {
  let asked: AskedStore;
  before(async () => {
    asked = await openAskedStore();
  });

  for (const [name, ask] of Object.entries(METHODS)) {
    for (const [title, start, end, expected] of CASES) {
      test(`${name}: ${title}`, async () => {
        const answer = await ask(asked, { start, end });
        assert.equal(answer.ok ? 'ok' : answer.message, expected);
        if (!answer.ok) assert.equal(answer.code, 'invalid_argument');
      });
    }
  }

  test('limits of 0 are none', async () => {
    const limits = { maxQueryLengthMillis: 0, maxQueryLookbackMillis: 0 };
    await asked.push({ drawn: 'main 1', ago: 100n * DAY });
    const request = { name: 'service_name', start: 1000n, end: NOW };
    const { names } = await asked.ask(method.labelValues, request, { limits });
    assert.deepEqual(names, ['api']);
  });

  test('a range before the look-back is empty although all else is wrong', async () => {
    const request = { profileTypeID: 'bad', labelSelector: '{', start: 1000n, end: 4000n };
    assert.deepEqual((await asked.ask(method.selectSeries, request)).series, []);
  });
});
