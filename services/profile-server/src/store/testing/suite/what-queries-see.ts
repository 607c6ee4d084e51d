import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unixNanos } from '@emberscope/units';
import { tenantId } from '../../ids.ts';
import { CPU, cpu, labelsOf, OTHER_TENANT, pushAll, TENANT } from './suite-profiles.ts';
import { CONTEXT, drawTree, SERIES, select, value, where } from './suite-queries.ts';
import { NOW, NOW_MILLIS, type OpenStore, storeFor } from './suite-stores.ts';

export function describeWhatQueriesSee(open: OpenStore): void {
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
}
