import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PageService } from '@emberscope/protocol/page';
import type { GetFunctionRequestSchema } from '@emberscope/protocol/page/function';
import { MergeMode } from '@emberscope/protocol/page/selection';
import {
  type AskedStore,
  CPU,
  DAY,
  ENGINES,
  type Init,
  MINUTE,
  NOW,
  openAskedStore,
} from '../testing/asked-store.ts';

const { getFunction } = PageService.method;
const SELECTION = {
  range: { startMillis: NOW - MINUTE + 1n, endMillis: NOW },
  profileType: CPU,
  selector: '',
};
const HOUR = 60n * MINUTE;
const SERVE = { name: 'serve', file: 'src/a.ts', line: 7 };
type Request = Init<typeof GetFunctionRequestSchema>;

for (const engine of ENGINES) {
  describe(`a function: ${engine}`, () => {
    let asked: AskedStore;
    const ask = (request: Request = {}) =>
      asked.ask(getFunction, { selection: SELECTION, function: SERVE, ...request });
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push(
        {
          drawn: `
            main;serve@src/a.ts:7:9;json 1
            main;serve@src/a.ts:7:8;serve@src/a.ts:7:9 4
            other 5`,
          labels: { pod: 'a', zone: 'z' },
          ago: 30_000n,
        },
        { drawn: 'boot;serve@src/a.ts:7:9;gzip 2\n0x4f 3', labels: { pod: 'b', zone: 'z' } },
      );
    });

    test('running lines, callers and callees, the largest first', async () => {
      const answer = await ask();
      assert.deepEqual([answer.self, answer.total], [4n, 7n]);
      assert.deepEqual(
        answer.lines.map(({ runningLine, self, total }) => [runningLine, self, total]),
        [
          [9, 4n, 7n],
          [8, 0n, 4n],
        ],
      );
      const edges = (list: typeof answer.callers) =>
        list.map(({ function: other, total }) => `${other?.name} ${total}`);
      assert.deepEqual(edges(answer.callers), ['main 5', 'boot 2']);
      assert.deepEqual(edges(answer.callees), ['gzip 2', 'json 1']);
      assert.equal(answer.function?.file, 'src/a.ts');
    });

    test('its timeline adds up to its total', async () => {
      const { timeline, total } = await ask();
      const [series, ...others] = timeline?.series ?? [];
      assert.equal(others.length, 0);
      assert.deepEqual(series?.value, [5n, 2n]);
      assert.equal(timeline?.pointCount, 60);
      assert.equal(total, 7n);
    });

    test('its past: a day at a time, and the same range a week before', async () => {
      const WEEK = 7n * DAY;
      const own = await openAskedStore(engine);
      await own.push(
        { drawn: 'main;serve@src/a.ts:7:9 4\nother 1', ago: 30_000n },
        { drawn: 'main;serve@src/a.ts:7:9 2\nother 6', ago: 30_000n + WEEK },
        { drawn: 'main;serve@src/a.ts:7:9 9', ago: 3n * MINUTE + WEEK },
        { drawn: 'main;serve@src/a.ts:7:9 100', ago: 200n * DAY },
      );
      const asked7 = { selection: SELECTION, function: SERVE, withTrend: true };
      const { trend, weekBefore } = await own.ask(getFunction, asked7);
      const [series] = trend?.series ?? [];
      assert.equal(trend?.stepMillis, DAY);
      assert.deepEqual(series?.value, [11n, 4n]);
      assert.equal(weekBefore?.total, 2n);
      assert.equal(weekBefore.coverage?.total, 8n);
      assert.equal(weekBefore.coverage.range?.endMillis, NOW - WEEK);
      const options = { retentionNanos: WEEK * 1_000_000n };
      const rounded = await own.ask(getFunction, asked7, options);
      assert.equal(rounded.weekBefore?.total, 11n, 'the hour that ends with the range');
      assert.deepEqual(rounded.weekBefore.coverage?.range?.startMillis, NOW - WEEK - HOUR);
      const last = await own.ask(getFunction, { ...asked7, mode: MergeMode.LAST });
      assert.deepEqual([last.trend, last.weekBefore], [undefined, undefined]);
      assert.equal((await own.ask(getFunction, { ...asked7, withTrend: false })).trend, undefined);
    });

    test('labels of its series, without those that a store derives', async () => {
      const { labels } = await ask();
      assert.deepEqual(
        labels.map(({ label, total }) => `${label?.name}=${label?.value} ${total}`),
        ['service_name=api 7', 'zone=z 7', 'pod=a 5', 'pod=b 2'],
      );
    });

    test('coverage is of everything selected', async () => {
      const { coverage } = await ask();
      assert.deepEqual([coverage?.total, coverage?.unnamed, coverage?.profileCount], [15n, 3n, 2n]);
    });

    test('a limit holds for each list, and what it left out is counted', async () => {
      const answer = await ask({ limit: 1 });
      assert.deepEqual(
        [answer.lines, answer.callers, answer.callees, answer.labels].map((list) => list.length),
        [1, 1, 1, 1],
      );
      assert.deepEqual(
        [answer.linesLeftOut, answer.callersLeftOut, answer.calleesLeftOut, answer.labelsLeftOut],
        [1, 1, 1, 3],
      );
    });

    test('a function that did not run has zeros and empty lists', async () => {
      const answer = await ask({ function: { ...SERVE, line: 8 } });
      assert.deepEqual([answer.self, answer.total, answer.labels], [0n, 0n, []]);
      assert.deepEqual(answer.timeline?.series, []);
      assert.equal(answer.coverage?.total, 15n);
    });
  });
}

describe('a bad request for a function', () => {
  for (const [request, expected] of [
    [{ selection: SELECTION }, 'function is missing'],
    [{ selection: SELECTION, function: SERVE, limit: 1001 }, 'limit is 1001; the most is 1000'],
    [
      { selection: SELECTION, function: SERVE, targetPoints: 1001 },
      'target_points is 1001; the most is 1000',
    ],
  ] as const) {
    test(expected, async () => {
      const { answerTo } = await openAskedStore();
      const answer = await answerTo(getFunction, request);
      assert.ok(!answer.ok);
      assert.deepEqual([answer.code, answer.message], ['invalid_argument', expected]);
    });
  }
});
