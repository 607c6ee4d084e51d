import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { QuerierService, type SelectSeriesRequestSchema } from '@emberscope/protocol/querier';
import { ExemplarType } from '@emberscope/protocol/types';
import {
  type AskedStore,
  CPU,
  ENGINES,
  type Init,
  MINUTE,
  NOW,
  openAskedStore,
} from '../testing/asked-store.ts';

const { selectSeries } = QuerierService.method;
const BASE = { profileTypeID: CPU, labelSelector: '{}', start: NOW - MINUTE, end: NOW, step: 15 };
type Request = Init<typeof SelectSeriesRequestSchema>;

for (const engine of ENGINES) {
  describe(`series: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push(
        { drawn: 'main 1', labels: { pod: 'a' }, ago: 75_000n },
        { drawn: 'main 2\n7', labels: { pod: 'a' }, ago: 40_000n },
        { drawn: 'main 20', labels: { pod: 'b', zone: 'z' }, ago: 40_000n },
        { drawn: 'main 4', labels: { pod: 'a' }, ago: 0n },
      );
    });

    /** Series as `pod=a: -45s 2, 0s 4`, edges counted from now. */
    async function drawn(request: Request): Promise<string[]> {
      const { series } = await asked.ask(selectSeries, { ...BASE, ...request });
      return series.map(({ labels, points }) => {
        const names = labels.map(({ name, value }) => `${name}=${value}`).join(' ');
        const values = points.map((p) => `${(p.timestamp - NOW) / 1000n}s ${p.value}`);
        return `${names}: ${values.join(', ')}`;
      });
    }

    const CASES: readonly (readonly [title: string, request: Request, expected: string[]])[] = [
      [
        'buckets end at start, start + step and so on; the first takes a step more; empty ones are left out',
        {},
        [': -60s 1, -30s 29, 0s 4'],
      ],
      ['what lies behind the last edge is left out', { step: 40 }, [': -60s 1, -20s 29']],
      ['a step longer than the range', { step: 1000 }, [': -60s 1']],
      [
        'groups come by their sums',
        { groupBy: ['pod'] },
        ['pod=b: -30s 20', 'pod=a: -60s 1, -30s 9, 0s 4'],
      ],
      [
        'labels stand in the order of the request, those that lack are left out',
        { groupBy: ['zone', 'pod'] },
        ['zone=z pod=b: -30s 20', 'pod=a: -60s 1, -30s 9, 0s 4'],
      ],
      ['a limit keeps the largest', { groupBy: ['pod'], limit: 1n }, ['pod=b: -30s 20']],
      [
        'a limit below zero is none',
        { labelSelector: '{pod="a"}', limit: -1n },
        [': -60s 1, -30s 9, 0s 4'],
      ],
      ['nothing', { labelSelector: '{pod="nope"}' }, []],
      ['a step past all time', { step: Number.POSITIVE_INFINITY }, [': -60s 1']],
    ];
    for (const [title, request, expected] of CASES) {
      test(title, async () => assert.deepEqual(await drawn(request), expected));
    }

    for (const step of [0, -15, 0.0009, Number.NaN]) {
      test(`a step of ${step} s is refused`, async () => {
        const answer = await asked.answerTo(selectSeries, { ...BASE, step });
        assert.ok(!answer.ok);
        assert.deepEqual(
          [answer.code, answer.message],
          ['invalid_argument', 'step must be >= 1ms'],
        );
      });
    }

    test('errors are told in the order type, step, selector', async () => {
      const messageOf = async (request: Request) => {
        const answer = await asked.answerTo(selectSeries, { ...BASE, ...request });
        return answer.ok ? '' : answer.message;
      };
      const bad = { profileTypeID: 'x', step: 0, labelSelector: '{' };
      assert.match(
        await messageOf(bad),
        /^profile-type selection must be of the form .*got\(1\): "x"$/,
      );
      assert.match(await messageOf({ ...bad, profileTypeID: CPU }), /^step/);
      assert.match(await messageOf({ labelSelector: '{' }), /^parsing label selector "\{": 1:2/);
    });

    test('exemplars are the largest profile of each point, without the labels grouped by', async () => {
      const { series } = await asked.ask(selectSeries, {
        ...BASE,
        groupBy: ['service_name'],
        exemplarType: ExemplarType.INDIVIDUAL,
      });
      const exemplars = series.flatMap(({ points }) => points.map((point) => point.exemplars));
      assert.deepEqual(
        exemplars.map((of) => of.map(({ value, timestamp }) => [value, timestamp - NOW])),
        [[[1n, -75_000n]], [[20n, -40_000n]], [[4n, 0n]]],
      );
      const names = exemplars[1]?.[0]?.labels.map(({ name }) => name) ?? [];
      assert.ok(names.includes('pod') && !names.includes('service_name'));
    });

    test('span exemplars fail as in Pyroscope: only where there is data', async () => {
      const request = { ...BASE, exemplarType: ExemplarType.SPAN };
      const answer = await asked.answerTo(selectSeries, request);
      assert.ok(!answer.ok && answer.code === 'unknown');
      const { series } = await asked.ask(selectSeries, { ...request, labelSelector: '{a="b"}' });
      assert.deepEqual(series, []);
    });
  });
}
