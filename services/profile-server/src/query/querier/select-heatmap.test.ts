import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  HeatmapQueryType,
  QuerierService,
  type SelectHeatmapRequestSchema,
} from '@emberscope/protocol/querier';
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

const { selectHeatmap } = QuerierService.method;
type Request = Init<typeof SelectHeatmapRequestSchema>;
const BASE: Request = {
  profileTypeID: CPU,
  labelSelector: '{service_name="api"}',
  start: NOW - MINUTE,
  end: NOW,
  step: 15,
  queryType: HeatmapQueryType.INDIVIDUAL,
};

for (const engine of ENGINES) {
  describe(`heat map: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push(
        { drawn: 'main 999', labels: { pod: 'a' }, ago: 75_000n },
        { drawn: 'main 100', labels: { pod: 'a' }, ago: 60_000n },
        { drawn: 'main 120\n20', labels: { pod: 'b', zone: 'z' }, ago: 40_000n },
        { drawn: 'main 300', labels: { pod: 'a' }, ago: 40_000n },
        { drawn: 'main 104', labels: { pod: 'a' }, ago: 0n },
      );
    });

    /** Heat maps as `pod=a: -60s 100×1, 0s 100×1`: buckets that count something, by their beginning. */
    async function drawn(request: Request): Promise<string[]> {
      const { series } = await asked.ask(selectHeatmap, { ...BASE, ...request });
      return series.map(({ labels, slots }) => {
        const names = labels.map(({ name, value }) => `${name}=${value}`).join(' ');
        const cells = slots.flatMap(({ timestamp, yMin, counts }) =>
          counts.flatMap((count, i) =>
            count === 0 ? [] : `${(timestamp - NOW) / 1000n}s ${yMin[i]}×${count}`,
          ),
        );
        return `${names}: ${cells.join(', ')}`;
      });
    }

    const CASES: readonly (readonly [title: string, request: Request, expected: string[]])[] = [
      [
        'profiles before the start do not count; those without a name do',
        {},
        [': -60s 100×1, -30s 140×1, -30s 290×1, 0s 100×1'],
      ],
      [
        'the last slot ends at the end',
        { step: 40 },
        [': -60s 100×1, -20s 140×1, -20s 290×1, 0s 100×1'],
      ],
      [
        'groups come by how many they count',
        { groupBy: ['zone', 'pod'] },
        ['pod=a: -60s 100×1, -30s 290×1, 0s 100×1', 'zone=z pod=b: -30s 140×1'],
      ],
      [
        'a limit keeps the first, values are cut by those of all',
        { groupBy: ['pod'], limit: 1n },
        ['pod=a: -60s 100×1, -30s 290×1, 0s 100×1'],
      ],
      ['nothing', { labelSelector: '{pod="nope"}' }, []],
      ['no span', { queryType: HeatmapQueryType.SPAN }, []],
    ];
    for (const [title, request, expected] of CASES) {
      test(title, async () => assert.deepEqual(await drawn(request), expected));
    }

    test('exemplars name their profile and all labels but those grouped by', async () => {
      const { series } = await asked.ask(selectHeatmap, {
        ...BASE,
        groupBy: ['pod'],
        exemplarType: ExemplarType.INDIVIDUAL,
      });
      const [slot] = series[1]?.slots ?? [];
      const [exemplar] = slot?.exemplars ?? [];
      assert.deepEqual(
        [exemplar?.value, exemplar?.timestamp, exemplar?.spanId],
        [140n, NOW - 40_000n, ''],
      );
      assert.match(exemplar?.profileId ?? '', /^[0-9a-f-]{36}$/);
      const labels = new Map(exemplar?.labels.map(({ name, value }) => [name, value]));
      assert.deepEqual(
        [labels.get('zone'), labels.get('service_name'), labels.get('__profile_type__')],
        ['z', 'api', CPU],
      );
      assert.ok(!labels.has('pod'));
    });

    test('no exemplars unless asked for', async () => {
      const { series } = await asked.ask(selectHeatmap, {
        ...BASE,
        exemplarType: ExemplarType.NONE,
      });
      assert.ok(
        series.every(({ slots }) => slots.every(({ exemplars }) => exemplars.length === 0)),
      );
    });

    test('a point for each span of each profile', async () => {
      const spans = ['00000bac2a5ab0c7', '1234567890abcdef'];
      const drawn = spans.map((span, i) => `main;f ${10 + 80 * i} {span_id="${span}"}`).join('\n');
      await asked.push({ service: 'spans', drawn: `${drawn}\nmain 500`, ago: 1000n });
      const { series } = await asked.ask(selectHeatmap, {
        ...BASE,
        labelSelector: '{service_name="spans"}',
        queryType: HeatmapQueryType.SPAN,
        exemplarType: ExemplarType.SPAN,
      });
      const [slot] = series[0]?.slots ?? [];
      assert.deepEqual(
        slot?.exemplars.map(({ value, spanId }) => [value, spanId]),
        [
          [90n, spans[1]],
          [10n, spans[0]],
        ],
      );
      assert.deepEqual([slot?.counts.at(0), slot?.counts.at(-1)], [1, 1]);
    });

    const REFUSED: readonly (readonly [request: Request, code: string, message: RegExp])[] = [
      [{ step: 0 }, 'invalid_argument', /^step must be >= 1ms, got 0\.000000$/],
      [{ step: -1.5 }, 'invalid_argument', /^step must be >= 1ms, got -1\.500000$/],
      [{ step: Number.NaN }, 'invalid_argument', /^step must be >= 1ms, got NaN$/],
      [{ step: 0, limit: -1n, start: NOW, end: 1n }, 'invalid_argument', /^step/],
      [
        { limit: -1n, start: NOW, end: 1n },
        'invalid_argument',
        /^limit must be non-negative, got -1$/,
      ],
      [
        { start: 5n, end: 5n },
        'invalid_argument',
        /^start time must be before end time, got start=5 end=5$/,
      ],
      [{ start: 0n }, 'invalid_argument', /^missing time range in the query$/],
      [{ profileTypeID: 'x', labelSelector: '' }, 'invalid_argument', /got\(1\): "x"$/],
      [{ labelSelector: '' }, 'unknown', /^parsing label selector ""/],
      [{ labelSelector: '{' }, 'unknown', /^parsing label selector "\{": 1:2/],
    ];
    for (const [request, code, message] of REFUSED) {
      test(`refused: ${message.source}`, async () => {
        const answer = await asked.answerTo(selectHeatmap, { ...BASE, ...request });
        assert.ok(!answer.ok);
        assert.equal(answer.code, code);
        assert.match(answer.message, message);
      });
    }

    const MISMATCHED: readonly (readonly [request: Request, reason: string])[] = [
      [{ queryType: HeatmapQueryType.UNSPECIFIED }, 'valid heatmap query type must be specified'],
      [{ exemplarType: ExemplarType.SPAN }, 'span exemplars only available for span query type'],
      [
        { queryType: HeatmapQueryType.SPAN, exemplarType: ExemplarType.INDIVIDUAL },
        'individual exemplars only available for individual query type',
      ],
    ];
    for (const [request, reason] of MISMATCHED) {
      test(`fails only where there is data, as in Pyroscope: ${reason}`, async () => {
        const answer = await asked.answerTo(selectHeatmap, { ...BASE, ...request });
        assert.ok(!answer.ok);
        assert.equal(answer.message, `rpc error: code = Unknown desc = ${reason}`);
        assert.equal(answer.code, 'unknown');
        assert.deepEqual(await drawn({ ...request, labelSelector: '{a="b"}' }), []);
      });
    }
  });
}
