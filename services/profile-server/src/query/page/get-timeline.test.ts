import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PageService } from '@emberscope/protocol/page';
import { MergeMode } from '@emberscope/protocol/page/selection';
import type { GetTimelineRequestSchema } from '@emberscope/protocol/page/timeline';
import {
  type AskedStore,
  CPU,
  DAY,
  ENGINES,
  type Init,
  MEMORY,
  MINUTE,
  NOW,
  openAskedStore,
  SAMPLES,
} from '../testing/asked-store.ts';

const { getTimeline, getFlameGraph } = PageService.method;
const RANGE = { startMillis: NOW - MINUTE + 1n, endMillis: NOW };
const SELECTION = { range: RANGE, profileType: CPU, selector: '' };
const BASE = { selection: SELECTION, stepMillis: 15_000n };
const OBJECTS = 'memory:inuse_objects:count:inuse_objects:count';
const F = { name: 'f', file: '', line: 0 };
type Request = Init<typeof GetTimelineRequestSchema>;

for (const engine of ENGINES) {
  describe(`a timeline: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      const types = [SAMPLES, CPU];
      await asked.push(
        { drawn: 'main 1 10', types, labels: { pod: 'a' }, ago: 60_000n, nanosOnTop: 999_999n },
        { drawn: 'main 2 20\n0x4f 1 5', types, labels: { pod: 'a' }, ago: 45_000n, nanosOnTop: 5n },
        {
          drawn: 'main;f 3 30',
          types,
          labels: { pod: 'b', version: '2' },
          ago: 44_000n,
          durationNanos: 10n,
        },
        { drawn: 'main 4 40', types, labels: { pod: 'a', version: '1' }, ago: 0n, nanosOnTop: 7n },
        { drawn: 'main 1 1', types, labels: { pod: 'c', version: '1' }, ago: DAY },
        { drawn: 'main;f 100', types: [MEMORY], ago: 20_000n },
        { drawn: 'main;f 300\nmain;g 9', types: [MEMORY], ago: 16_000n },
        { drawn: 'main;f 7', types: [OBJECTS], ago: 20_000n },
        { drawn: 'main;g 5', types: [OBJECTS], ago: 16_000n },
      );
    });

    /** Series as `pod=a: #0 25 of 1`, buckets counted from the first. */
    async function drawn(request: Request): Promise<string[]> {
      const { timeline } = await asked.ask(getTimeline, { ...BASE, ...request });
      return (timeline?.series ?? []).map(({ labels, bucket, value, profileCount }) => {
        const names = labels.map((label) => `${label.name}=${label.value}`).join(' ');
        const cells = bucket.map((number, i) => `#${number} ${value[i]} of ${profileCount[i]}`);
        return `${names}: ${cells.join(', ')}`;
      });
    }

    const CASES: readonly (readonly [title: string, request: Request, expected: string[]])[] = [
      [
        'an edge takes all of its own millisecond; what came in that of the edge before is not there',
        {},
        [': #0 25 of 1, #1 30 of 1, #3 40 of 1'],
      ],
      [
        'groups, the largest first',
        { groupBy: ['pod', 'version'] },
        ['pod=a version=1: #3 40 of 1', 'pod=b version=2: #1 30 of 1', 'pod=a: #0 25 of 1'],
      ],
      [
        'only stacks that hold a function; 0 where there are profiles without it',
        { function: F },
        [': #0 0 of 1, #1 30 of 1, #3 0 of 1'],
      ],
      [
        'groups in which a function did not run are left out',
        { function: F, groupBy: ['pod'] },
        ['pod=b: #1 30 of 1'],
      ],
      [
        'a function of what is held is averaged over all profiles, those without it too',
        { function: { ...F, name: 'g' }, selection: { ...SELECTION, profileType: MEMORY } },
        [': #2 5 of 2'],
      ],
      [
        'of what is held last, a function that the newest profile does not hold has 0',
        { function: F, selection: { ...SELECTION, profileType: OBJECTS }, mode: MergeMode.LAST },
        [': #2 0 of 2'],
      ],
      [
        'what is held is averaged when no mode is named',
        { selection: { ...SELECTION, profileType: MEMORY } },
        [': #2 205 of 2'],
      ],
      [
        'unless another mode is',
        { selection: { ...SELECTION, profileType: MEMORY }, mode: MergeMode.LAST },
        [': #2 309 of 2'],
      ],
      ['a selector', { selection: { ...SELECTION, selector: '{pod="b"}' } }, [': #1 30 of 1']],
      ['nothing', { selection: { ...SELECTION, selector: '{pod="x"}' } }, []],
    ];
    for (const [title, request, expected] of CASES) {
      test(title, async () => assert.deepEqual(await drawn(request), expected));
    }

    test('edges are multiples of the step, and the range is rounded outwards to them', async () => {
      const range = { startMillis: NOW - 50_000n, endMillis: NOW - 10_000n };
      const { timeline, coverage } = await asked.ask(getTimeline, {
        ...BASE,
        selection: { ...SELECTION, range },
      });
      assert.equal(timeline?.firstEdgeMillis, NOW - 45_000n);
      assert.equal(timeline?.pointCount, 4);
      assert.equal(coverage?.range?.startMillis, NOW - MINUTE + 1n);
      assert.equal(coverage?.range?.endMillis, NOW);
    });

    test('its buckets add up to the flame graph of the same range', async () => {
      const { timeline, coverage } = await asked.ask(getTimeline, BASE);
      const flameGraph = await asked.ask(getFlameGraph, { selection: SELECTION });
      const sum = timeline?.series.flatMap(({ value }) => value).reduce((a, b) => a + b, 0n);
      assert.equal(sum, 95n);
      assert.equal(flameGraph.coverage?.total, sum);
      assert.deepEqual(flameGraph.coverage, coverage);
    });

    test('coverage says what the answer rests on', async () => {
      const { coverage } = await asked.ask(getTimeline, BASE);
      assert.ok(coverage !== undefined);
      assert.equal(coverage.mode, MergeMode.SUM);
      assert.deepEqual([coverage.total, coverage.unnamed, coverage.coveredNanos], [95n, 5n, 10n]);
      assert.deepEqual([coverage.profileCount, coverage.seriesCount], [3n, 3n]);
      assert.equal(coverage.sampleCount, 10n);
      const ofMemory = { ...BASE, selection: { ...SELECTION, profileType: MEMORY } };
      const memory = (await asked.ask(getTimeline, ofMemory)).coverage;
      assert.deepEqual([memory?.mode, memory?.sampleCount], [MergeMode.AVERAGE, undefined]);
    });

    test('a limit leaves the smallest series out and counts them', async () => {
      const request = { ...BASE, groupBy: ['pod', 'version'], limit: 1 };
      const { timeline, seriesLeftOut } = await asked.ask(getTimeline, request);
      assert.deepEqual([timeline?.series.length, seriesLeftOut], [1, 2]);
    });

    test('deploys are versions first seen within the range, of all that is kept', async () => {
      const deploys = async (options = {}) => {
        const request = { ...BASE, versionLabel: 'version' };
        const answer = await asked.ask(getTimeline, request, options);
        return answer.deploys.map((d) => [d.version, d.serviceName, d.firstSeenMillis - NOW]);
      };
      assert.deepEqual(await deploys(), [['2', 'api', -44_000n]]);
      // Retention has taken the day-old profile: version 1 is new again.
      const retentionNanos = 3_600_000_000_000n;
      assert.deepEqual(await deploys({ retentionNanos }), [
        ['2', 'api', -44_000n],
        ['1', 'api', 0n],
      ]);
    });

    test('retention cuts the range and says so', async () => {
      const range = { startMillis: 1n, endMillis: NOW };
      const request = { selection: { ...SELECTION, range } };
      const retentionNanos = 2n * 60_000_000_000n;
      const { coverage } = await asked.ask(getFlameGraph, request, { retentionNanos });
      assert.equal(coverage?.range?.startMillis, NOW - 2n * MINUTE);
      const all = await asked.ask(getFlameGraph, request);
      assert.equal(all.coverage?.total, 106n);
    });

    test('a range that ends behind the end of time is cut there, and its buckets are whole', async () => {
      for (const endMillis of [2n ** 63n - 1n, 2n ** 62n]) {
        const range = { startMillis: NOW - DAY - 1n, endMillis };
        const selection = { ...SELECTION, range };
        const { timeline } = await asked.ask(getTimeline, { selection, targetPoints: 300 });
        const values = (timeline?.series ?? []).flatMap(({ value }) => value);
        assert.equal(
          values.reduce((sum, value) => sum + value, 0n),
          106n,
        );
      }
    });
  });
}

describe('a bad request for a timeline', () => {
  const BAD: readonly (readonly [request: Request, message: RegExp])[] = [
    [{ selection: undefined }, /^selection is missing$/],
    [{ selection: { profileType: CPU } }, /^selection\.range is missing$/],
    [
      { selection: { ...SELECTION, range: { startMillis: 5n, endMillis: 4n } } },
      /^selection\.range ends at 4, before it begins at 5$/,
    ],
    [
      { selection: { ...SELECTION, profileType: 'x' } },
      /^selection\.profile_type: .*got\(1\): "x"$/,
    ],
    [
      { selection: { ...SELECTION, selector: '{a' } },
      /^selection\.selector "\{a": at character 3: /,
    ],
    [{ limit: 501 }, /^limit is 501; the most is 500$/],
    [
      { groupBy: Array.from({ length: 11 }, (_, i) => `l${i}`) },
      /^group_by has 11 entries; the most is 10$/,
    ],
    [{ stepMillis: -1n }, /^step_millis is -1;/],
    [{ stepMillis: 1n }, /^step_millis 1 makes 60000 buckets; the most is 11000$/],
    [{ stepMillis: 0n, targetPoints: 11_001 }, /^target_points is 11001; the most is 11000$/],
  ];
  for (const [request, message] of BAD) {
    test(message.source, async () => {
      const { answerTo } = await openAskedStore();
      const answer = await answerTo(getTimeline, { ...BASE, ...request });
      assert.ok(!answer.ok);
      assert.equal(answer.code, 'invalid_argument');
      assert.match(answer.message, message);
    });
  }
});
