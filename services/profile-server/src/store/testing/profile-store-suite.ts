import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type LabelSet, labelSetFromRecord, labelValue, parseSelector } from '@emberscope/labels';
import {
  type CallTree,
  int64At,
  type Profile,
  parseProfileType,
  profileFromText,
  textFromProfile,
} from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { BucketedSeries } from '../answers.ts';
import { profileId, pushId, spanId, type TenantId, tenantId, traceId } from '../ids.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { PushOutcome } from '../push.ts';
import type { ProfileSelection, Selection } from '../selection.ts';
import type { StoreAnswer } from '../store-error.ts';

/** What the suite sets on a store, so that limits can be met. */
export type SuiteOptions = {
  readonly nowMillis: () => number;
  readonly maxSeries: number;
  readonly retentionNanos: bigint;
};

/** 2026-11-24T12:00:00Z: what the store takes for now. */
const NOW_MILLIS = 1_795_521_600_000;
const NOW = BigInt(NOW_MILLIS) * 1_000_000n;
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const MAX_SERIES = 8;

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const SAMPLES = 'process_cpu:samples:count:cpu:nanoseconds';
const MEMORY = 'memory:inuse_space:bytes:inuse_space:bytes';

/**
 * What a store must do, whichever engine it is: `describe`s for node:test. Each case gets a store
 * of its own.
 */
export function describeProfileStore(
  engine: string,
  open: (options: SuiteOptions) => Promise<ProfileStore>,
): void {
  describe(`a profile store: ${engine}`, () => {
    describe('pushing', () => {
      const at = storeFor(open);

      test('a batch with one bad series stores the others and says which', async () => {
        const store = await at();
        const [old, good] = await store.push(TENANT, [
          { labels: labelsOf('a'), profiles: [{ profile: cpu('main 1', NOW - 8n * DAY) }] },
          { labels: labelsOf('b'), profiles: [{ profile: cpu('main 2') }] },
        ]);
        assert.equal(old?.[0]?.kind, 'refused');
        assert.equal(good?.[0]?.kind, 'stored');
        assert.deepEqual(await services(store), ['b']);
      });

      test('every stored profile has an id of its own', async () => {
        const store = await at();
        const outcomes = await pushAll(store, [cpu('main 1'), cpu('main 1')]);
        const ids = outcomes.map((outcome) => outcome.kind === 'stored' && outcome.profileId);
        assert.equal(new Set(ids).size, 2);
        for (const id of ids)
          assert.match(String(id), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      });

      test('a profile without a value is empty and leaves no trace', async () => {
        const store = await at();
        const [outcome] = await pushAll(store, [cpu('main 0')]);
        assert.equal(outcome?.kind, 'empty');
        assert.deepEqual(await services(store), []);
      });

      test('a profile without a time gets the store’s', async () => {
        const store = await at();
        await pushAll(store, [cpu('main 1', 0n)]);
        const { profiles } = value(
          await store.singleProfiles({ ...select(CPU), order: 'newest', limit: 10 }, CONTEXT),
        );
        assert.equal(profiles[0]?.timeNanos, NOW);
      });

      test('a collector’s id is taken once a tenant; without one everything counts', async () => {
        const store = await at();
        const id = pushId(`emb1-${'ab'.repeat(16)}`);
        assert.ok(id !== undefined);
        const once = [
          { labels: labelsOf('a'), profiles: [{ profile: cpu('main 1'), pushId: id }] },
        ];
        const kinds = async (tenant = TENANT) => (await store.push(tenant, once))[0]?.[0]?.kind;
        assert.equal(await kinds(), 'stored');
        assert.equal(await kinds(), 'duplicate');
        assert.equal(await kinds(OTHER_TENANT), 'stored');
        assert.deepEqual(await drawTree(store, select(CPU)), ['main self=1 total=1']);
        await pushAll(store, [cpu('main 1'), cpu('main 1')]);
        assert.deepEqual(await drawTree(store, select(CPU)), ['main self=3 total=3']);
      });

      test('new series past the limit are refused, known ones are taken', async () => {
        const store = await at();
        for (let i = 0; i < MAX_SERIES; i++)
          await pushAll(store, [cpu('main 1')], labelsOf(`s${i}`));
        const [refused] = await pushAll(store, [cpu('main 1')], labelsOf('one-more'));
        assert.ok(refused?.kind === 'refused' && refused.refusal.kind === 'too-many-series');
        assert.equal(refused.refusal.limitSeries, MAX_SERIES);
        assert.match(refused.refusal.reason, new RegExp(`${MAX_SERIES}`));
        const [known] = await pushAll(store, [cpu('main 1')], labelsOf('s0'));
        assert.equal(known?.kind, 'stored');
      });

      test('the limit of series counts those of one tenant that have a profile', async () => {
        const store = await at();
        for (let i = 0; i < MAX_SERIES; i++)
          await pushAll(store, [cpu('main 1')], labelsOf(`s${i}`));
        const one = [{ labels: labelsOf('x'), profiles: [{ profile: cpu('main 1') }] }];
        const kindFor = async (tenant: TenantId) => (await store.push(tenant, one))[0]?.[0]?.kind;
        assert.equal(await kindFor(TENANT), 'refused');
        assert.equal(await kindFor(OTHER_TENANT), 'stored');
        assert.ok((await store.deleteSeries(where('{service_name="s0"}'))).ok);
        assert.equal(await kindFor(TENANT), 'stored');
      });
    });

    describe('types and labels', () => {
      const at = storeFor(open);

      test('each sample type of a profile is a type with derived labels', async () => {
        const store = await at();
        await pushAll(store, [cpu('main 3 30')]);
        await pushAll(store, [memory('main 7')], labelsOf('a', { __name__: 'memory' }));
        const types = value(await store.profileTypes(SELECTION, CONTEXT));
        assert.deepEqual(
          types.map(({ id }) => id),
          [MEMORY, CPU, SAMPLES],
        );
        const [set] = value(
          await store.labelSets(
            { ...where(`{__profile_type__="${CPU}"}`), labelNames: [] },
            CONTEXT,
          ),
        );
        assert.ok(set !== undefined);
        assert.deepEqual(Object.fromEntries(set.labels.map(({ name, value: v }) => [name, v])), {
          __name__: 'process_cpu',
          __period_type__: 'cpu',
          __period_unit__: 'nanoseconds',
          __profile_type__: CPU,
          __service_name__: 'a',
          __type__: 'cpu',
          __unit__: 'nanoseconds',
          service_name: 'a',
        });
      });

      test('a profile without a period type has an id with two empty ends', async () => {
        const store = await at();
        const { periodType: _, ...rest } = cpu('main 1 1');
        await pushAll(store, [{ ...rest, periodType: undefined }]);
        const types = value(await store.profileTypes(SELECTION, CONTEXT));
        assert.deepEqual(
          types.map(({ id }) => id),
          ['process_cpu:cpu:nanoseconds::', 'process_cpu:samples:count::'],
        );
        const names = value(await store.labelNames(SELECTION, CONTEXT));
        assert.ok(!names.includes('__period_type__'));
      });

      test('a type of which a profile has no value is not there', async () => {
        const store = await at();
        await pushAll(store, [cpu('main 1 0')]);
        const types = value(await store.profileTypes(SELECTION, CONTEXT));
        assert.deepEqual(
          types.map(({ id }) => id),
          [SAMPLES],
        );
      });

      test('names, values and sets come in byte order, each once', async () => {
        const store = await at();
        for (const pod of ['\u{1f525}', '\uff5e', 'a']) {
          await pushAll(store, [cpu('main 1')], labelsOf('a', { pod }));
        }
        await pushAll(store, [cpu('main 1')], labelsOf('b', { 'dotted.name': 'x' }));
        const values = value(await store.labelValues({ ...SELECTION, name: 'pod' }, CONTEXT));
        assert.deepEqual(values, ['a', '\uff5e', '\u{1f525}']);
        assert.deepEqual(
          value(await store.labelValues({ ...SELECTION, name: 'nope' }, CONTEXT)),
          [],
        );
        const names = value(await store.labelNames(SELECTION, CONTEXT));
        assert.deepEqual(names, [
          '__name__',
          '__period_type__',
          '__period_unit__',
          '__profile_type__',
          '__service_name__',
          '__type__',
          '__unit__',
          'dotted.name',
          'pod',
          'service_name',
        ]);
        const sets = value(
          await store.labelSets({ ...SELECTION, labelNames: ['pod', 'service_name'] }, CONTEXT),
        );
        assert.deepEqual(sets.map(drawLabels), [
          'pod=a service_name=a',
          'pod=\uff5e service_name=a',
          'pod=\u{1f525} service_name=a',
          'service_name=b',
        ]);
        const empty = value(await store.labelSets({ ...SELECTION, labelNames: ['nope'] }, CONTEXT));
        assert.deepEqual(empty.map(drawLabels), ['']);
      });

      test('activity counts series and profiles, adds them up and knows the newest', async () => {
        const store = await at();
        await pushAll(
          store,
          [
            { ...cpu('main 1', NOW - 60n * SECOND), durationNanos: 2n ** 53n - 1n },
            { ...cpu(`main ${2n ** 53n}`, NOW), durationNanos: 10n },
          ],
          labelsOf('a', { pod: '1' }),
        );
        await pushAll(store, [cpu('main 1', NOW - 30n * SECOND)], labelsOf('a', { pod: '2' }));
        const [a] = value(
          await store.activity(
            { ...where(`{__profile_type__="${CPU}"}`), groupBy: ['service_name'] },
            CONTEXT,
          ),
        );
        assert.deepEqual(a, {
          labels: [{ name: 'service_name', value: 'a' }],
          seriesCount: 2,
          profileCount: 3,
          oldestNanos: NOW - 60n * SECOND,
          newestNanos: NOW,
          coveredNanos: 2n ** 53n + 9n,
          total: 2n ** 53n + 2n,
          largest: 2n ** 53n,
        });
      });

      test('activity of single series has all of their labels', async () => {
        const store = await at();
        await pushAll(store, [cpu('main 1 2')], labelsOf('b', { pod: '1' }));
        await pushAll(store, [cpu('main 3 4')], labelsOf('a'));
        const one = [{ labels: labelsOf('a'), profiles: [{ profile: cpu('main 5 6') }] }];
        await store.push(OTHER_TENANT, one);
        const tenants = [TENANT, OTHER_TENANT] as const;
        const q = { ...SELECTION, tenants, groupBy: 'series' } as const;
        const found = value(await store.activity(q, CONTEXT));
        const sets = value(await store.labelSets({ ...SELECTION, labelNames: [] }, CONTEXT));
        const drawnSets = found.map(({ labels }) => JSON.stringify(labels)).sort();
        assert.deepEqual(drawnSets, sets.map(({ labels }) => JSON.stringify(labels)).sort());
        const drawn = found.map(({ labels, seriesCount, total }) => {
          const of = (name: string) => labels.find((label) => label.name === name)?.value;
          return `${of('service_name')} ${of('__type__')} ${seriesCount} ${total}`;
        });
        // Two tenants have a series of the same labels.
        assert.deepEqual(drawn.sort(), [
          'a cpu 2 10',
          'a samples 2 8',
          'b cpu 1 2',
          'b samples 1 1',
        ]);
      });
    });

    describe('what a query sees', () => {
      const at = storeFor(open);

      test('both ends of a range belong to it, to the nanosecond', async () => {
        const store = await at();
        await pushAll(store, [
          cpu('before 1', NOW - 1n),
          cpu('start 1', NOW),
          cpu('end 1', NOW + 5n),
          cpu('behind 1', NOW + 6n),
        ]);
        const range = { startNanos: unixNanos(NOW), endNanos: unixNanos(NOW + 5n) };
        assert.deepEqual(await drawTree(store, { ...select(CPU), range }), [
          'end self=1 total=1',
          'start self=1 total=1',
        ]);
      });

      test('tenants are apart, and several are read as one', async () => {
        const store = await at();
        await store.push(TENANT, [{ labels: labelsOf('a'), profiles: [{ profile: cpu('x 1') }] }]);
        await store.push(OTHER_TENANT, [
          { labels: labelsOf('a'), profiles: [{ profile: cpu('x 2') }] },
        ]);
        assert.deepEqual(await drawTree(store, select(CPU)), ['x self=1 total=1']);
        const both = { ...select(CPU), tenants: [TENANT, OTHER_TENANT] as const };
        assert.deepEqual(await drawTree(store, both), ['x self=3 total=3']);
        const nobody = { ...select(CPU), tenants: [tenantId('nobody')] as const };
        assert.deepEqual(await drawTree(store, nobody), []);
      });

      for (const [selector, seen] of [
        ['{}', 7],
        ['{service_name="a"}', 3],
        ['{service_name!="a"}', 4],
        ['{pod=~"1|2"}', 3],
        ['{pod=""}', 4],
        ['{pod!~".+"}', 4],
        ['{__unit__="nanoseconds"}', 7],
        ['{__type__="samples"}', 0],
        ['{service_name="a",pod="2"}', 2],
        ['{service_name="a",service_name="b"}', 0],
      ] as const) {
        test(`${selector} sees ${seen}`, async () => {
          const store = await at();
          await pushAll(store, [cpu('x 1')], labelsOf('a', { pod: '1' }));
          await pushAll(store, [cpu('x 2')], labelsOf('a', { pod: '2' }));
          await pushAll(store, [cpu('x 4')], labelsOf('b'));
          const total = (await drawTree(store, { ...select(CPU), ...where(selector) }))[0];
          assert.equal(total, seen === 0 ? undefined : `x self=${seen} total=${seen}`);
        });
      }

      test('an acknowledged push is seen by the next query', async () => {
        const store = await at();
        for (let i = 1; i <= 20; i++) {
          await pushAll(store, [cpu('x 1')]);
          assert.deepEqual(await drawTree(store, select(CPU)), [`x self=${i} total=${i}`]);
        }
      });

      test('pushes at the same time are all there', async () => {
        const store = await at();
        await Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            pushAll(store, [cpu(`x;f${i % 5} 1`)], labelsOf(`s${i % 3}`)),
          ),
        );
        assert.equal((await drawTree(store, select(CPU)))[0], 'x self=0 total=50');
      });

      test('a query past its deadline says so', async () => {
        const store = await at();
        await pushAll(store, [cpu('x 1')]);
        const merge = (deadlineMillis: number) =>
          store.mergeTree(
            { ...select(CPU), mode: 'sum', frameKey: 'reported-name' },
            { ...CONTEXT, deadlineMillis },
          );
        const late = await merge(NOW_MILLIS - 1);
        assert.ok(!late.ok && late.error.kind === 'deadline-exceeded');
        assert.ok((await merge(NOW_MILLIS + 1000)).ok);
      });

      test('a query that was cancelled says so', async () => {
        const store = await at();
        const cancelled = { signal: AbortSignal.abort() };
        const result = await store.mergeTree(
          { ...select(CPU), mode: 'sum', frameKey: 'reported-name' },
          cancelled,
        );
        assert.ok(!result.ok && result.error.kind === 'cancelled');
      });

      test('nothing selected is an empty answer everywhere', async () => {
        const store = await at();
        const q = select(CPU);
        const merged = value(await store.mergeProfile(q, CONTEXT));
        assert.equal(merged.profile.samples.length, 0);
        assert.deepEqual(merged.profile.sampleTypes, [{ type: 'cpu', unit: 'nanoseconds' }]);
        assert.deepEqual(merged.coverage, { profileCount: 0, seriesCount: 0, coveredNanos: 0n });
        assert.deepEqual(value(await store.selectSeries({ ...q, ...SERIES }, CONTEXT)), []);
        assert.deepEqual(value(await store.activity({ ...q, groupBy: [] }, CONTEXT)), []);
        assert.deepEqual(value(await store.tenantStats([TENANT], CONTEXT)), {
          kind: 'nothing-ingested',
        });
      });
    });

    describe('merging', () => {
      const at = storeFor(open);

      test('sums are exact past 2^53, and stacks without a name are counted apart', async () => {
        const store = await at();
        const large = 2n ** 60n;
        await pushAll(store, [cpu(`main;f ${large}`), cpu(`main;f ${large + 1n}\n0x10 5`)]);
        const merged = value(
          await store.mergeTree(
            { ...select(CPU), mode: 'sum', frameKey: 'reported-name' },
            CONTEXT,
          ),
        );
        assert.deepEqual(linesOf(merged.tree), [
          `main self=0 total=${2n * large + 1n}`,
          `main;f self=${2n * large + 1n} total=${2n * large + 1n}`,
        ]);
        assert.equal(merged.unnamed, 5n);
      });

      test('frames are told apart by name, or by name, file and line', async () => {
        const store = await at();
        await pushAll(store, [cpu('f@a.ts:3:9 1\nf@b.ts:3:9 2')]);
        assert.deepEqual(await drawTree(store, select(CPU)), ['f self=3 total=3']);
        const merged = value(
          await store.mergeTree(
            { ...select(CPU), mode: 'sum', frameKey: 'source-function' },
            CONTEXT,
          ),
        );
        assert.deepEqual([...merged.tree.frames.file], ['a.ts', 'b.ts']);
        assert.deepEqual([...merged.tree.frames.line], [3, 3]);
      });

      test('a sum counts every profile, an average one of each series, last the newest', async () => {
        const store = await at();
        const heap = (text: string, seconds: bigint) => memory(text, NOW + seconds * SECOND);
        const pod = (name: string) => labelsOf('a', { __name__: 'memory', pod: name });
        await pushAll(store, [heap('f 10', 1n), heap('f 20', 2n), heap('f 31\ng 1', 3n)], pod('1'));
        await pushAll(store, [heap('f 100', 1n)], pod('2'));
        const drawn = async (mode: 'sum' | 'average' | 'last') =>
          linesOf(
            value(
              await store.mergeTree(
                { ...select(MEMORY), mode, frameKey: 'reported-name' },
                CONTEXT,
              ),
            ).tree,
          );
        assert.deepEqual(await drawn('sum'), ['f self=161 total=161', 'g self=1 total=1']);
        // (10 + 20 + 31) / 3 is 20.33, and a third of 1 rounds to nothing.
        assert.deepEqual(await drawn('average'), ['f self=120 total=120']);
        assert.deepEqual(await drawn('last'), ['f self=131 total=131', 'g self=1 total=1']);
      });

      test('a total is what a tree would come to, in every mode', async () => {
        const store = await at();
        const heap = (text: string, seconds: bigint) => memory(text, NOW + seconds * SECOND);
        const pod = (name: string) => labelsOf('a', { __name__: 'memory', pod: name });
        await pushAll(store, [heap('f 10\n0x10 1', 1n), heap('f 21\n 3', 2n)], pod('1'));
        await pushAll(store, [heap('0x10;f 100\n0x10;0x20 7', 1n)], pod('2'));
        const coverage = { profileCount: 3, seriesCount: 2, coveredNanos: 0n };
        for (const [mode, total, unnamed] of [
          ['sum', 142n, 11n],
          // 31 / 2 is 15.5, 1 / 2 is 0.5 and 3 / 2 is 1.5: halves round up.
          ['average', 126n, 10n],
          ['last', 131n, 10n],
        ] as const) {
          const q = { ...select(MEMORY), mode };
          assert.deepEqual(value(await store.mergeTotal(q, CONTEXT)), { total, unnamed, coverage });
          const merged = value(await store.mergeTree({ ...q, frameKey: 'reported-name' }, CONTEXT));
          assert.equal(merged.unnamed, unnamed);
        }
      });

      test('coverage is what a merge was made of', async () => {
        const store = await at();
        const lasting = { ...cpu('f 1'), durationNanos: 10n * SECOND };
        await pushAll(store, [lasting, lasting], labelsOf('a'));
        await pushAll(store, [lasting], labelsOf('b'));
        const { coverage } = value(await store.mergeProfile(select(CPU), CONTEXT));
        assert.deepEqual(coverage, { profileCount: 3, seriesCount: 2, coveredNanos: 30n * SECOND });
      });

      test('a merged profile keeps lines and addresses and one sample type', async () => {
        const store = await at();
        await pushAll(store, [
          cpu('main;f@a.ts:3 1 10\n0x10 1 4'),
          cpu('main;f@a.ts:3 1 5\nmain;f@a.ts:4 1 1'),
        ]);
        const { profile } = value(await store.mergeProfile(select(CPU), CONTEXT));
        assert.deepEqual(textFromProfile(profile).sort(), [
          '0x10 4',
          'main;f@a.ts:3 15',
          'main;f@a.ts:4 1',
        ]);
      });

      test('spans, traces and single profiles are picked, each by any of several', async () => {
        const store = await at();
        const [one, two] = ['00000bac2a5ab0c7', '00000000000000aa'];
        const trace = 'ab'.repeat(16);
        const outcomes = await pushAll(store, [
          cpu(`f 1 {span_id="${one}", trace_id="${trace}"}\ng 2 {span_id="${two}"}\nh 4`),
          cpu(`f 8 {span_id="${one}"}\nh 16 {span_id="not hex"}`),
        ]);
        const drawn = (filter: Partial<ProfileSelection>) =>
          drawTree(store, { ...select(CPU), ...filter });
        const spans = [one, two].flatMap((id) => spanId(id) ?? []);
        assert.deepEqual(await drawn({ spanIds: spans.slice(0, 1) }), ['f self=9 total=9']);
        assert.deepEqual(await drawn({ spanIds: spans }), ['f self=9 total=9', 'g self=2 total=2']);
        assert.deepEqual(
          await drawn({ spanIds: [spanId('ffffffffffffffff') ?? assert.fail()] }),
          [],
        );
        assert.deepEqual(await drawn({ traceIds: [traceId(trace) ?? assert.fail()] }), [
          'f self=1 total=1',
        ]);
        const [first] = outcomes.flatMap((each) =>
          each.kind === 'stored' ? [each.profileId] : [],
        );
        assert.deepEqual(await drawn({ profileIds: [first ?? assert.fail()] }), [
          'f self=1 total=1',
          'g self=2 total=2',
          'h self=4 total=4',
        ]);
        assert.deepEqual(await drawn({ profileIds: [profileId('nobody')] }), []);
        assert.equal((await drawn({})).length, 3);
        const names = value(await store.labelNames(SELECTION, CONTEXT));
        assert.ok(!names.includes('span_id') && !names.includes('trace_id'));
      });

      test('a call site keeps whole stacks that begin with it', async () => {
        const store = await at();
        await pushAll(store, [cpu('a;b;c 1\na;b 2\na;x;b 4\nouter|inner;b 8')]);
        assert.deepEqual(await drawTree(store, { ...select(CPU), callSite: ['a', 'b'] }), [
          'a self=0 total=3',
          'a;b self=2 total=3',
          'a;b;c self=1 total=1',
        ]);
        const inlined = await drawTree(store, { ...select(CPU), callSite: ['outer', 'inner'] });
        assert.equal(inlined[0], 'outer self=0 total=8');
      });

      test('a function’s running lines, callers and callees, and what it is a share of', async () => {
        const store = await at();
        await pushAll(store, [cpu('main;f@a.ts:3:9;g 1\nmain;f@a.ts:3:10 2\nmain 5\n0x10 4')]);
        const q = {
          ...select(CPU),
          mode: 'sum' as const,
          function: { name: 'f', file: 'a.ts', line: 3 },
        };
        const { report, selected } = value(await store.mergeFunction(q, CONTEXT));
        assert.deepEqual([selected.total, selected.unnamed], [12n, 4n]);
        assert.equal(selected.coverage.profileCount, 1);
        assert.deepEqual([report.self, report.total], [2n, 3n]);
        assert.deepEqual(report.lines, [
          { line: 10, self: 2n, total: 2n },
          { line: 9, self: 0n, total: 1n },
        ]);
        assert.deepEqual(report.callers, [{ name: 'main', file: '', line: 0, total: 3n }]);
        assert.deepEqual(report.callees, [{ name: 'g', file: '', line: 0, total: 1n }]);
      });
    });

    describe('values over time', () => {
      const at = storeFor(open);
      const onTheSecond = (text: string, seconds: bigint) => cpu(text, NOW + seconds * SECOND);

      test('buckets end at their edges, the first takes all before, and the tail is dropped', async () => {
        const store = await at();
        await pushAll(store, [
          onTheSecond('f 1', -16n),
          onTheSecond('f 2', -15n),
          onTheSecond('f 4', 0n),
          onTheSecond('f 8', 15n),
          cpu('f 16', NOW + 15n * SECOND + 1n),
          onTheSecond('f 32', 30n),
          onTheSecond('f 64', 31n),
        ]);
        const drawn = async (startNanos: bigint, stepMillis = 15_000) => {
          const endNanos = unixNanos(NOW + 35n * SECOND);
          const range = { startNanos: unixNanos(startNanos), endNanos };
          const q = { ...select(CPU), ...SERIES, range, stepMillis };
          return drawSeries(value(await store.selectSeries(q, CONTEXT))[0]);
        };
        assert.deepEqual(await drawn(NOW - 15n * SECOND), [
          '0s 6 of 2',
          '15s 8 of 1',
          '30s 48 of 2',
        ]);
        assert.deepEqual(await drawn(NOW - 15n * SECOND + 1n), [
          '0s 4 of 1',
          '15s 8 of 1',
          '30s 48 of 2',
        ]);
        assert.deepEqual(await drawn(NOW - DAY), ['0s 7 of 3', '15s 8 of 1', '30s 48 of 2']);
        // A step that is no whole millisecond.
        assert.deepEqual(await drawn(NOW, 15_000.000_001), [
          '0s 4 of 1',
          '15s 24 of 2',
          '30s 32 of 1',
        ]);
      });

      test('a first edge at the end of the range is one bucket of everything', async () => {
        const store = await at();
        await pushAll(store, [
          onTheSecond('f 1', -3600n),
          onTheSecond('f 2', -1n),
          onTheSecond('f 4', 0n),
        ]);
        const { endNanos } = SERIES.range;
        const range = { startNanos: unixNanos(NOW - 3600n * SECOND), endNanos };
        const q = { ...select(CPU), ...SERIES, range, stepMillis: 1 };
        assert.deepEqual(drawSeries(value(await store.selectSeries(q, CONTEXT))[0]), ['0s 7 of 3']);
      });

      test('groups have the labels asked for, the largest first, and as many as asked for', async () => {
        const store = await at();
        await pushAll(store, [cpu('f 1')], labelsOf('a', { pod: '1' }));
        await pushAll(store, [cpu('f 5')], labelsOf('a', { pod: '2' }));
        await pushAll(store, [cpu('f 3')], labelsOf('b'));
        await pushAll(store, [cpu('f 3')], labelsOf('c'));
        const q = { ...select(CPU), ...SERIES, groupBy: ['pod', 'service_name'] };
        const drawn = (series: readonly BucketedSeries[]) =>
          series.map(({ labels }) => labels.map(({ name, value: v }) => `${name}=${v}`).join(' '));
        assert.deepEqual(drawn(value(await store.selectSeries(q, CONTEXT))), [
          'pod=2 service_name=a',
          'service_name=b',
          'service_name=c',
          'pod=1 service_name=a',
        ]);
        assert.equal(value(await store.selectSeries({ ...q, limit: 2 }, CONTEXT)).length, 2);
      });

      test('unnamed stacks count, and one function alone does when asked for', async () => {
        const store = await at();
        await pushAll(store, [cpu('main;f 1\nmain;g 2\n0x10 4')]);
        const all = value(await store.selectSeries({ ...select(CPU), ...SERIES }, CONTEXT));
        assert.deepEqual(drawSeries(all[0]), ['0s 7 of 1']);
        const only = { name: 'f', file: '', line: 0 };
        const one = value(
          await store.selectSeries({ ...select(CPU), ...SERIES, function: only }, CONTEXT),
        );
        assert.deepEqual(drawSeries(one[0]), ['0s 1 of 1']);
      });

      test('a profile without the function counts as 0: in means and as the newest', async () => {
        const store = await at();
        const heap = (text: string, seconds: bigint) => memory(text, NOW - seconds * SECOND);
        const pod = (name: string) => labelsOf('a', { __name__: 'memory', pod: name });
        await pushAll(
          store,
          [heap('f 10\ng 1', 3n), heap('f;h 5\ng 2', 2n), heap('g 4', 1n)],
          pod('1'),
        );
        await pushAll(store, [heap('f 100', 30n), heap('f 20', 3n)], pod('2'));
        await pushAll(store, [heap('g 7', 3n)], pod('3'));
        const drawn = async (mode: 'sum' | 'average' | 'last', groupBy: readonly string[] = []) => {
          const only = { name: 'f', file: '', line: 0 };
          const range = { ...SERIES.range, startNanos: unixNanos(NOW - 60n * SECOND) };
          const buckets = { range, firstEdgeNanos: unixNanos(NOW - 15n * SECOND) };
          const q = { ...select(MEMORY), ...SERIES, ...buckets, mode, groupBy, function: only };
          const series = value(await store.selectSeries(q, CONTEXT));
          return series.map((each) => drawSeries(each).join(', '));
        };
        assert.deepEqual(await drawn('sum'), ['-15s 100 of 1, 0s 35 of 5']);
        // 10 / 3 is 3.33 and 5 / 3 is 1.67: 3 + 2 of the first pod, 20 of the second.
        assert.deepEqual(await drawn('average'), ['-15s 100 of 1, 0s 25 of 5']);
        assert.deepEqual(await drawn('last'), ['-15s 100 of 1, 0s 20 of 5']);
        // The first pod's newest has no f, yet f ran; in the third it never did.
        assert.deepEqual(await drawn('last', ['pod']), ['-15s 100 of 1, 0s 20 of 1', '0s 0 of 3']);
      });

      test('with spans chosen, a profile without one of them is no profile of the mean', async () => {
        const store = await at();
        const span = '00000000000000aa';
        await pushAll(store, [
          cpu(`f 6 {span_id="${span}"}\nf 1`),
          cpu(`g 1 {span_id="${span}"}`),
          cpu('f 9'),
        ]);
        const spanIds = [spanId(span) ?? assert.fail()];
        const only = { name: 'f', file: '', line: 0 };
        const q = { ...select(CPU), ...SERIES, mode: 'average' as const, spanIds, function: only };
        assert.deepEqual(drawSeries(value(await store.selectSeries(q, CONTEXT))[0]), ['0s 3 of 2']);
      });

      test('an exemplar is the largest profile of its bucket, without the labels grouped by', async () => {
        const store = await at();
        const pod = (name: string) => labelsOf('a', { pod: name });
        await pushAll(store, [cpu('f 3')], pod('1'));
        const [large] = await pushAll(store, [cpu('f 10\ng 20')], pod('2'));
        const q = { ...select(CPU), ...SERIES, groupBy: ['service_name'], exemplars: true };
        const [series] = value(await store.selectSeries(q, CONTEXT));
        const [exemplar] = series?.exemplars ?? [];
        assert.equal(exemplar?.value, 30n);
        assert.equal(exemplar?.profileId, large?.kind === 'stored' && large.profileId);
        assert.ok(exemplar !== undefined);
        assert.equal(labelValue(exemplar.labels, 'pod'), '2');
        assert.equal(labelValue(exemplar.labels, 'service_name'), '');
      });

      test('averages and newest values of what is held', async () => {
        const store = await at();
        await pushAll(
          store,
          [
            memory('f 10', NOW - 3n * SECOND),
            memory('f 20', NOW - 2n * SECOND),
            memory('f 60', NOW - 1n),
          ],
          labelsOf('a', { __name__: 'memory' }),
        );
        const drawn = async (mode: 'sum' | 'average' | 'last') => {
          const q = { ...select(MEMORY), ...SERIES, mode };
          return drawSeries(value(await store.selectSeries(q, CONTEXT))[0]);
        };
        assert.deepEqual(await drawn('sum'), ['0s 90 of 3']);
        assert.deepEqual(await drawn('average'), ['0s 30 of 3']);
        assert.deepEqual(await drawn('last'), ['0s 60 of 3']);
      });

      test('points are profiles, or spans in them', async () => {
        const store = await at();
        const [a, b] = ['00000000000000aa', '00000000000000bb'];
        await pushAll(store, [
          cpu(`f 1 {span_id="${a}"}\ng 2 {span_id="${a}"}\nf 4 {span_id="${b}"}\nh 8`),
        ]);
        const q = { ...select(CPU), groupBy: [] };
        const [profiles] = value(await store.selectPoints({ ...q, per: 'profile' }, CONTEXT));
        assert.ok(profiles !== undefined);
        assert.deepEqual(
          [profiles.length, int64At(profiles.value, 0), profiles.spanId.length],
          [1, 15n, 0],
        );
        const [spans] = value(await store.selectPoints({ ...q, per: 'span' }, CONTEXT));
        assert.ok(spans !== undefined);
        assert.deepEqual(spans.spanId.map((id, i) => `${id} ${int64At(spans.value, i)}`).sort(), [
          `${a} 3`,
          `${b} 4`,
        ]);
      });

      test('functions over time, the largest peak first', async () => {
        const store = await at();
        await pushAll(store, [
          onTheSecond('main;f 5\nmain;g 1', 0n),
          onTheSecond('main;f 2\nmain;g 9\ntiny 1', 15n),
        ]);
        const startNanos = unixNanos(NOW - 14n * SECOND);
        const q = {
          ...select(CPU),
          range: { startNanos, endNanos: unixNanos(NOW + 15n * SECOND) },
          firstEdgeNanos: unixNanos(NOW),
          stepMillis: 15_000,
          mode: 'sum' as const,
          limit: 2,
        };
        const timelines = value(await store.functionTimelines(q, CONTEXT));
        assert.deepEqual(
          timelines.functions.map(({ name, self }) =>
            [name, ...Array.from(self, Number)].join(' '),
          ),
          ['g 1 9', 'f 5 2'],
        );
        assert.equal(timelines.leftOut, 1);
        assert.deepEqual(Array.from(timelines.total, Number), [6, 12]);
      });
    });

    describe('single profiles', () => {
      const at = storeFor(open);

      test('come newest or largest first, whole, with what the limit left out', async () => {
        const store = await at();
        await pushAll(store, [
          { ...cpu('main;f@a.ts:3 5', NOW), durationNanos: 5n },
          cpu('main 9', NOW - SECOND),
          cpu('main 1', NOW - 2n * SECOND),
        ]);
        const totals = async (order: 'newest' | 'largest') => {
          const found = value(
            await store.singleProfiles({ ...select(CPU), order, limit: 2 }, CONTEXT),
          );
          return [...found.profiles.map(({ total }) => total), found.leftOut];
        };
        assert.deepEqual(await totals('newest'), [5n, 9n, 1]);
        assert.deepEqual(await totals('largest'), [9n, 5n, 1]);
        const q = { ...select(CPU), order: 'newest' as const, limit: 1 };
        const [newest] = value(await store.singleProfiles(q, CONTEXT)).profiles;
        assert.ok(newest !== undefined);
        assert.equal(newest.durationNanos, 5n);
        assert.equal(newest.timeNanos, NOW);
        assert.deepEqual(textFromProfile(newest.profile), ['main;f@a.ts:3 5']);
      });
    });

    describe('deleting and looking at the whole', () => {
      const at = storeFor(open);

      test('deleted series are gone at once, the others stay', async () => {
        const store = await at();
        await pushAll(store, [cpu('f 1')], labelsOf('a'));
        await pushAll(store, [cpu('f 2')], labelsOf('b'));
        assert.ok((await store.deleteSeries(where('{service_name="a"}'))).ok);
        assert.deepEqual(await services(store), ['b']);
        assert.deepEqual(await drawTree(store, select(CPU)), ['f self=2 total=2']);
      });

      test('of a profile, the deleted types go and the others stay', async () => {
        const store = await at();
        await pushAll(store, [cpu('f 3 30')]);
        assert.ok((await store.deleteSeries(where('{__type__="cpu"}'))).ok);
        assert.deepEqual(await drawTree(store, select(CPU)), []);
        assert.deepEqual(await drawTree(store, select(SAMPLES)), ['f self=3 total=3']);
        assert.equal((await store.stats()).profileCount, 1);
        assert.ok((await store.deleteSeries(where('{__type__="samples"}'))).ok);
        assert.equal((await store.stats()).profileCount, 0);
        assert.equal((await store.stats()).seriesCount, 0);
      });

      test('stats and the oldest and newest of a tenant', async () => {
        const store = await at();
        await pushAll(store, [cpu('f 1', NOW - DAY), cpu('f 1', NOW)]);
        assert.deepEqual(value(await store.tenantStats([TENANT, OTHER_TENANT], CONTEXT)), {
          kind: 'ingested',
          oldestNanos: NOW - DAY,
          newestNanos: NOW,
        });
        const stats = await store.stats();
        assert.equal(stats.seriesCount, 1);
        assert.equal(stats.profileCount, 2);
        assert.equal(stats.oldestNanos, NOW - DAY);
        assert.equal(stats.newestNanos, NOW);
      });

      test('a store is ready once it has started, until it stops', async () => {
        const store = await at();
        assert.equal(store.isReady(), true);
        await store.stop();
        assert.equal(store.isReady(), false);
      });
    });
  });
}

const TENANT = tenantId('anonymous');
const OTHER_TENANT = tenantId('team-b');
const CONTEXT = { signal: new AbortController().signal };
const SELECTION: Selection = {
  tenants: [TENANT],
  range: { startNanos: unixNanos(NOW - 2n * DAY), endNanos: unixNanos(NOW + DAY) },
  matchers: [],
};
/** One bucket that ends at now and takes what came in the 15 s before. */
const SERIES = {
  range: { startNanos: unixNanos(NOW - 15n * SECOND), endNanos: unixNanos(NOW) },
  firstEdgeNanos: unixNanos(NOW),
  stepMillis: 15_000,
  groupBy: [],
  mode: 'sum',
  limit: 0,
  exemplars: false,
} as const;

/** A fresh store for each call; all of them are stopped behind the last test. */
function storeFor(open: (options: SuiteOptions) => Promise<ProfileStore>) {
  const opened: ProfileStore[] = [];
  before(() => {
    opened.length = 0;
  });
  after(async () => {
    for (const store of opened) if (store.isReady()) await store.stop();
  });
  return async (): Promise<ProfileStore> => {
    const store = await open({
      nowMillis: () => NOW_MILLIS,
      maxSeries: MAX_SERIES,
      retentionNanos: 7n * DAY,
    });
    opened.push(store);
    await store.start();
    return store;
  };
}

/** `main 3 30` is 3 samples and 30 ns of CPU; a value alone stands for both. */
function cpu(drawn: string, timeNanos: bigint = NOW): Profile {
  const twoValues = drawn
    .split('\n')
    .map((line) => line.replace(/(?<! \d+)( \d+)( \{.*\})?$/, '$1$1$2'))
    .join('\n');
  return profileFromText(twoValues, {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    period: 10_000_000n,
    timeNanos: unixNanos(timeNanos),
  });
}

function memory(drawn: string, timeNanos: bigint = NOW): Profile {
  return profileFromText(drawn, {
    sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }],
    periodType: { type: 'inuse_space', unit: 'bytes' },
    period: 524_288n,
    timeNanos: unixNanos(timeNanos),
  });
}

function labelsOf(service: string, others: Readonly<Record<string, string>> = {}): LabelSet {
  return labelSetFromRecord({ __name__: 'process_cpu', service_name: service, ...others });
}

async function pushAll(
  store: ProfileStore,
  profiles: readonly Profile[],
  labels = labelsOf('a'),
): Promise<readonly PushOutcome[]> {
  const series = [{ labels, profiles: profiles.map((profile) => ({ profile })) }];
  return (await store.push(TENANT, series))[0] ?? [];
}

function where(selector: string): Selection {
  const parsed = parseSelector(selector);
  assert.ok(parsed.ok);
  return { ...SELECTION, matchers: parsed.matchers };
}

function select(type: string): ProfileSelection {
  const parsed = parseProfileType(type);
  assert.ok(parsed.ok);
  return { ...SELECTION, profileType: parsed.profileType };
}

function value<Value>(answer: StoreAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}

async function services(store: ProfileStore): Promise<readonly string[]> {
  return value(await store.labelValues({ ...SELECTION, name: 'service_name' }, CONTEXT));
}

async function drawTree(store: ProfileStore, q: ProfileSelection): Promise<string[]> {
  const merged = await store.mergeTree({ ...q, mode: 'sum', frameKey: 'reported-name' }, CONTEXT);
  return linesOf(value(merged).tree);
}

function linesOf(tree: CallTree): string[] {
  const paths: string[] = [];
  return Array.from(tree.parent, (caller, node) => {
    const name = tree.frames.name[tree.frame[node] ?? 0] ?? '';
    paths[node] = caller === -1 ? name : `${paths[caller]};${name}`;
    return `${paths[node]} self=${int64At(tree.self, node)} total=${int64At(tree.total, node)}`;
  });
}

/** Points as `15s 8 of 1`: the edge from now on, the value, and of how many profiles. */
function drawSeries(series: BucketedSeries | undefined): string[] {
  assert.ok(series !== undefined);
  return Array.from(series.edgeMillis, (edge, i) => {
    const seconds = (edge - NOW_MILLIS) / 1000;
    return `${seconds}s ${int64At(series.value, i)} of ${series.profileCount[i]}`;
  });
}

function drawLabels({ labels }: LabelSet): string {
  return labels.map(({ name, value: v }) => `${name}=${v}`).join(' ');
}
