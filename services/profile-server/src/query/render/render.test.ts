import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { QuerierService } from '@emberscope/protocol/querier';
import * as z from 'zod';
import { tenantId } from '../../store/ids.ts';
import type { QueryAnswer, RenderMethod } from '../query-call.ts';
import {
  type AskedStore,
  CPU,
  ENGINES,
  MEMORY,
  MINUTE,
  NOW,
  openAskedStore,
  TENANT,
} from '../testing/asked-store.ts';

const timeline = z.object({
  startTime: z.number(),
  samples: z.array(z.number()),
  durationDelta: z.number(),
  watermarks: z.null(),
});
const picture = z.object({
  version: z.literal(1),
  flamebearer: z.object({
    names: z.array(z.string()),
    levels: z.array(z.array(z.number())),
    numTicks: z.number(),
    maxSelf: z.number(),
  }),
  metadata: z.object({
    format: z.string(),
    spyName: z.literal(''),
    sampleRate: z.number(),
    units: z.string(),
    name: z.string(),
  }),
  timeline: timeline.nullable(),
  groups: z.record(z.string(), timeline).nullable(),
  heatmap: z.null(),
  leftTicks: z.number().optional(),
  rightTicks: z.number().optional(),
});

function textOf(answer: QueryAnswer): string {
  return answer.ok ? new TextDecoder().decode(answer.message) : `${answer.code}: ${answer.message}`;
}

const RANGE = { from: `${NOW - MINUTE}`, until: `${NOW}` };
const SIDES = {
  leftQuery: CPU,
  leftFrom: `${NOW - MINUTE}`,
  leftUntil: `${NOW - MINUTE / 2n}`,
  rightQuery: CPU,
  rightFrom: `${NOW - MINUTE / 2n}`,
  rightUntil: `${NOW}`,
};

for (const engine of ENGINES) {
  describe(`the older API: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push(
        { drawn: 'main;json 3', labels: { pod: 'a' }, ago: 40_000n },
        { drawn: 'main;<init>&x 4', labels: { pod: 'b' }, ago: 10_000n },
        { drawn: 'main 5', types: [MEMORY], ago: 10_000n },
      );
    });

    const answerTo = (method: RenderMethod, params: Readonly<Record<string, string>>) =>
      asked.answerToRender(method, new URLSearchParams(params).toString());
    const render = async (params: Readonly<Record<string, string>> = {}) =>
      picture.parse(
        JSON.parse(textOf(await answerTo('pyroscope/render', { query: CPU, ...RANGE, ...params }))),
      );

    test('a flame graph has a timeline, 15 s a value', async () => {
      const { flamebearer, timeline, groups, metadata } = await render();
      assert.deepEqual(flamebearer, {
        names: ['total', 'main', 'json', '<init>&x'],
        levels: [
          [0, 7, 0, 0],
          [0, 7, 0, 1],
          [0, 4, 4, 3, 0, 3, 3, 2],
        ],
        numTicks: 7,
        maxSelf: 4,
      });
      // Of 40 s ago in the bucket that ends 30 s ago; the last bucket, which ends now, is left out.
      assert.deepEqual(timeline, {
        startTime: Number(NOW - MINUTE) / 1000,
        samples: [0, 0, 3, 0],
        durationDelta: 15,
        watermarks: null,
      });
      assert.equal(groups, null);
      assert.deepEqual(metadata, {
        format: 'single',
        spyName: '',
        sampleRate: 1_000_000_000,
        units: 'samples',
        name: 'cpu',
      });
    });

    test('JSON has no characters that end an element, and a line feed at its end', async () => {
      const text = textOf(await answerTo('pyroscope/render', { query: CPU, ...RANGE }));
      assert.doesNotMatch(text, /[<>&]/);
      assert.ok(text.endsWith('}\n'));
    });

    test('groups are timelines by the first label; several series have no timeline of all', async () => {
      const { groups, timeline } = await render({ groupBy: 'pod', until: `${NOW + MINUTE}` });
      assert.deepEqual(Object.keys(groups ?? {}), ['a', 'b']);
      assert.deepEqual(groups?.a?.samples, [0, 0, 3, 0, 0, 0, 0, 0]);
      assert.deepEqual(groups?.b?.samples, [0, 0, 0, 0, 4, 0, 0, 0]);
      assert.deepEqual(timeline?.samples, [0, 0, 0, 0, 0, 0, 0, 0]);
    });

    test('a label that nothing has is one group', async () => {
      const { groups, timeline } = await render({ groupBy: 'nope' });
      assert.deepEqual(groups, { '*': timeline });
    });

    test('groups of nothing are none', async () => {
      const { groups } = await render({ groupBy: 'pod', query: `${CPU}{pod="c"}` });
      assert.deepEqual(groups, {});
    });

    test('a range before the look-back is empty, however long', async () => {
      const old = { from: '1000', until: `${NOW - 9n * 86_400_000n}` };
      const { flamebearer, timeline } = await render({ ...old });
      assert.deepEqual(flamebearer.names, ['total']);
      assert.ok((timeline?.samples.length ?? 0) > 100);
      assert.ok(timeline?.samples.every((value) => value === 0));
    });

    test('memory is shown in bytes', async () => {
      const { metadata, flamebearer } = await render({ query: MEMORY });
      assert.deepEqual(
        [metadata.name, metadata.units, metadata.sampleRate, flamebearer.numTicks],
        ['inuse_space', 'bytes', 100, 5],
      );
    });

    test('tenants see their own', async () => {
      const query = new URLSearchParams({ query: CPU, ...RANGE }).toString();
      const ask = async (...tenants: readonly string[]) => {
        const [first = TENANT, ...others] = tenants.map(tenantId);
        const answer = await asked.answerToRender('pyroscope/render', query, {
          tenants: [first, ...others],
        });
        return picture.parse(JSON.parse(textOf(answer))).flamebearer.numTicks;
      };
      assert.deepEqual([await ask('b'), await ask('b', TENANT)], [0, 7]);
    });

    test('DOT is text, and nothing is no text', async () => {
      const dot = await answerTo('pyroscope/render', { query: CPU, ...RANGE, format: 'dot' });
      assert.match(textOf(dot), /^digraph "unnamed" \{\n.*\nsubgraph.*\nN1 \[label="main\\n/);
      assert.equal(dot.ok && dot.contentType, 'text/plain; charset=utf-8');
      const query = `${CPU}{pod="c"}`;
      const none = await answerTo('pyroscope/render', { query, ...RANGE, format: 'dot' });
      assert.deepEqual([textOf(none), none.ok && none.contentType], ['', 'text/plain']);
    });

    test('DOT takes any number of nodes', async () => {
      for (const maxNodes of ['-1', '0', 'x', '2000000']) {
        const params = { query: CPU, ...RANGE, format: 'dot', maxNodes };
        assert.match(textOf(await answerTo('pyroscope/render', params)), /\nN3 /);
      }
      const params = { query: CPU, ...RANGE, format: 'dot', 'max-nodes': '2' };
      assert.doesNotMatch(textOf(await answerTo('pyroscope/render', params)), /\nN3 /);
    });

    test('DOT is the same as a format of the querier', async () => {
      const range = { start: NOW - MINUTE, end: NOW };
      const { dot } = await asked.ask(QuerierService.method.selectMergeStacktraces, {
        profileTypeID: CPU,
        labelSelector: '{}',
        format: 3,
        ...range,
      });
      const params = { query: CPU, ...RANGE, format: 'dot' };
      assert.equal(dot, textOf(await answerTo('pyroscope/render', params)));
    });

    test('two sides are one flame graph with both totals', async () => {
      const diff = picture.parse(
        JSON.parse(textOf(await answerTo('pyroscope/render-diff', SIDES))),
      );
      assert.deepEqual(diff.flamebearer.levels[0], [0, 3, 0, 0, 4, 0, 0]);
      assert.deepEqual(
        [diff.leftTicks, diff.rightTicks, diff.flamebearer.numTicks, diff.metadata.format],
        [3, 4, 7, 'double'],
      );
      assert.deepEqual([diff.timeline, diff.groups], [null, null]);
    });

    const refused: readonly (readonly [RenderMethod, Readonly<Record<string, string>>, string])[] =
      [
        ['pyroscope/render', {}, '"query" is required'],
        ['pyroscope/render', { query: CPU, from: '0' }, 'missing time range in the query'],
        [
          'pyroscope/render',
          { query: CPU, from: 'now', until: 'now-1h', format: 'dot' },
          'query start time is after end time',
        ],
        [
          'pyroscope/render',
          { query: CPU, from: 'now-25h' },
          'the query time range exceeds the limit (max_query_length, actual: 25h0m0s, limit: 1d)',
        ],
        [
          'pyroscope/render',
          { query: CPU, maxNodes: '1048577' },
          'max flamegraph nodes limit 1048577 is greater than allowed 1048576',
        ],
        ['pyroscope/render-diff', { leftQuery: CPU }, '"rightQuery" is required'],
        ['pyroscope/render-diff', { ...SIDES, rightQuery: MEMORY }, 'profile types must match'],
        [
          'pyroscope/render-diff',
          { ...SIDES, rightFrom: '0' },
          'invalid_argument: missing time range in the query',
        ],
        ['pyroscope/label-values', {}, 'label parameter is required'],
        ['pyroscope/label-values', { label: 'pod' }, 'missing time range in the query'],
      ];
    for (const [method, params, reason] of refused) {
      test(`${method} ${new URLSearchParams(params)} is refused`, async () => {
        assert.equal(textOf(await answerTo(method, params)), `invalid_argument: ${reason}`);
      });
    }

    test('profile types are those of the last hour', async () => {
      const params = { label: '__name__' };
      assert.deepEqual(JSON.parse(textOf(await answerTo('pyroscope/label-values', params))), [
        MEMORY,
        CPU,
      ]);
      const other = { tenants: [tenantId('b')] } as const;
      const none = await asked.answerToRender('pyroscope/label-values', 'label=__name__', other);
      assert.equal(textOf(none), 'null\n');
    });
  });
}
