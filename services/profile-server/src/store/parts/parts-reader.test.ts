import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldedTextFromTree, int64At } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ANONYMOUS } from '../ids.ts';
import type { MergeMode, ProfileSelection } from '../selection.ts';
import type { StoreAnswer } from '../store-error.ts';
import { narrowParts, wholeParts } from './narrow-parts.ts';
import { createPartsReader, type PartsSource } from './parts-reader.ts';
import { answer } from './query-guard.ts';
import type { FoundRows } from './rows-in-range.ts';
import { type DrawnRow, drawnTable } from './testing/drawn-table.ts';

const CONTEXT = { signal: new AbortController().signal };
const SECOND = 1_000_000_000;
const ALL: ProfileSelection = {
  tenants: [ANONYMOUS],
  range: { startNanos: unixNanos(0n), endNanos: unixNanos(60_000_000_000n) },
  matchers: [],
  profileType: {
    name: 'cpu',
    sampleType: 'samples',
    sampleUnit: 'count',
    periodType: '',
    periodUnit: '',
  },
};

const THREE: DrawnRow = {
  samples: 'main;serve 9\nmain;wait 2',
  profileCount: 3,
  millis: 1000,
  durationNanos: 30 * SECOND,
};
const ONE: DrawnRow = {
  samples: 'main;serve 5',
  profileCount: 1,
  millis: 2000,
  durationNanos: 10 * SECOND,
};

describe('a row that stands for three profiles, and one that stands for itself', () => {
  test('are four profiles with the time of all of them', async () => {
    const { coverage } = value(await readerOf([THREE, ONE]).mergeTotal(merge('sum'), CONTEXT));
    assert.deepEqual(coverage, {
      profileCount: 4,
      seriesCount: 1,
      coveredNanos: 40n * BigInt(SECOND),
    });
  });

  test('are summed as they are', async () => {
    assert.deepEqual(await treeOf([THREE, ONE], 'sum'), ['main;serve 14', 'main;wait 2']);
  });

  test('have a mean of four', async () => {
    // 14 / 4 and 2 / 4, halves up.
    assert.deepEqual(await treeOf([THREE, ONE], 'average'), ['main;serve 4', 'main;wait 1']);
  });

  test('count as four of their series', async () => {
    const [activity] = value(
      await readerOf([THREE, ONE]).activity({ ...ALL, groupBy: [] }, CONTEXT),
    );
    assert.equal(activity?.profileCount, 4);
    assert.equal(activity?.coveredNanos, 40n * BigInt(SECOND));
    assert.equal(activity?.total, 16n);
  });

  test('count as three and one in their buckets, whose mean is not the row itself', async () => {
    const [series] = value(
      await readerOf([THREE, ONE]).selectSeries(
        {
          ...merge('average'),
          firstEdgeNanos: unixNanos(1_000_000_000n),
          stepMillis: 1000,
          groupBy: [],
          limit: 0,
          exemplars: false,
        },
        CONTEXT,
      ),
    );
    assert.deepEqual([...(series?.profileCount ?? [])], [3, 1]);
    const means = [0, 1].map((bucket) => series && int64At(series.value, bucket));
    // 9 / 3 and 2 / 3, each rounded; and the one profile as it is.
    assert.deepEqual(means, [4n, 5n]);
  });
});

describe('an engine that has sums of profiles', () => {
  const cases: readonly (readonly [string, Partial<ProfileSelection>, MergeMode, boolean])[] = [
    ['a sum', {}, 'sum', true],
    ['a mean', {}, 'average', true],
    ['the newest', {}, 'last', false],
    ['chosen profiles', { profileIds: [] }, 'sum', false],
    ['chosen spans', { spanIds: [] }, 'sum', false],
    ['chosen traces', { traceIds: [] }, 'sum', false],
    ['stacks below a call site', { callSite: ['main'] }, 'average', false],
  ];
  for (const [title, only, mode, isAsked] of cases) {
    test(`is ${isAsked ? '' : 'not '}asked for them for ${title}`, async () => {
      let asked = 0;
      const reader = readerOf([ONE], {
        selectSums(q, guard) {
          asked++;
          return narrowParts(found([ONE]), q, guard);
        },
      });
      await reader.mergeTree({ ...ALL, ...only, mode, frameKey: 'reported-name' }, CONTEXT);
      await reader.mergeTotal({ ...ALL, ...only, mode }, CONTEXT);
      await reader.mergeFunction(
        { ...ALL, ...only, mode, function: { name: 'main', file: '', line: 0 } },
        CONTEXT,
      );
      assert.equal(asked, isAsked ? 3 : 0);
    });
  }
});

test('no row is looked at once the next has been read', async () => {
  const rows = [THREE, { ...ONE, samples: 'main;serve 1\nmain;json 7\nidle 2' }, ONE];
  const q = { ...ALL, callSite: ['main'], mode: 'sum', frameKey: 'reported-name' } as const;
  const { tree } = value(await readerOf(rows).mergeTree(q, CONTEXT));
  assert.deepEqual(foldedTextFromTree(tree), ['main;json 7', 'main;serve 15', 'main;wait 2']);
});

describe('values over time', () => {
  const cases: readonly (readonly [string, Partial<ProfileSelection>, number])[] = [
    ['a bucket each', {}, 1_000],
    ['many more buckets than profiles', {}, 0.25],
    ['buckets without number', { range: { ...ALL.range, endNanos: unixNanos(2n ** 62n) } }, 1],
  ];
  for (const [title, only, stepMillis] of cases) {
    test(`are the same for ${title}`, async () => {
      const buckets = { firstEdgeNanos: unixNanos(0n), stepMillis };
      const asked = { ...merge('sum'), ...only, ...buckets, groupBy: ['service_name'], limit: 0 };
      const reader = readerOf([THREE, ONE, { ...ONE, samples: 'main;serve 0', millis: 3000 }]);
      const series = value(await reader.selectSeries({ ...asked, exemplars: false }, CONTEXT));
      assert.deepEqual(
        series.map(({ labels }) => labels),
        [[{ name: 'service_name', value: 'a' }]],
      );
      assert.deepEqual([...(series[0]?.edgeMillis ?? [])], [1000, 2000, 3000]);
      assert.deepEqual([...(series[0]?.value ?? [])].map(Number), [11, 5, 0]);
      assert.deepEqual([...(series[0]?.profileCount ?? [])], [3, 1, 1]);
    });
  }
});

test('values over time are found without a look at what stacks stand for', async () => {
  const dictionary = { view: () => assert.fail('the dictionary was looked at') };
  const parts = found([THREE, ONE]).map(({ table, ...rest }) => ({
    ...rest,
    table: { ...table, dictionary },
  }));
  const reader = createPartsReader({
    query: async (context, run) => answer(context, () => 0, run),
    selectAny: () => wholeParts(parts),
    selectProfiles: (q, guard, holding) => narrowParts(parts, q, guard, holding),
  });
  const buckets = { firstEdgeNanos: unixNanos(0n), stepMillis: 60_000 };
  const asked = { ...merge('sum'), ...buckets, groupBy: [], limit: 0, exemplars: true };
  const [series] = value(await reader.selectSeries(asked, CONTEXT));
  assert.deepEqual([...(series?.value ?? [])].map(Number), [16]);
});

function readerOf(rows: readonly DrawnRow[], hooks: Pick<PartsSource, 'selectSums'> = {}) {
  return createPartsReader({
    query: async (context, run) => answer(context, () => 0, run),
    selectAny: () => wholeParts(found(rows)),
    selectProfiles: (q, guard, holding) => narrowParts(found(rows), q, guard, holding),
    ...hooks,
  });
}

function found(rows: readonly DrawnRow[]): FoundRows[] {
  return [{ table: drawnTable(rows), type: 0, rows: Int32Array.from(rows.keys()) }];
}

function merge(mode: MergeMode) {
  return { ...ALL, mode };
}

async function treeOf(rows: readonly DrawnRow[], mode: MergeMode): Promise<string[]> {
  const q = { ...merge(mode), frameKey: 'reported-name' } as const;
  return foldedTextFromTree(value(await readerOf(rows).mergeTree(q, CONTEXT)).tree);
}

function value<Value>(answered: StoreAnswer<Value>): Value {
  assert.ok(answered.ok);
  return answered.value;
}
