import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CPU,
  cpu,
  labelsOf,
  MEMORY,
  memory,
  OTHER_TENANT,
  pushAll,
  SAMPLES,
  TENANT,
} from './suite-profiles.ts';
import { CONTEXT, drawLabels, SELECTION, value, where } from './suite-queries.ts';
import { NOW, type OpenStore, SECOND, storeFor } from './suite-stores.ts';

export function describeTypesAndLabels(open: OpenStore): void {
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
        await store.labelSets({ ...where(`{__profile_type__="${CPU}"}`), labelNames: [] }, CONTEXT),
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
      assert.deepEqual(value(await store.labelValues({ ...SELECTION, name: 'nope' }, CONTEXT)), []);
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
      assert.deepEqual(drawn.sort(), ['a cpu 2 10', 'a samples 2 8', 'b cpu 1 2', 'b samples 1 1']);
    });
  });
}
