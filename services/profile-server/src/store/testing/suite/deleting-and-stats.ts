import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CPU, cpu, labelsOf, OTHER_TENANT, pushAll, SAMPLES, TENANT } from './suite-profiles.ts';
import { CONTEXT, drawTree, select, services, value, where } from './suite-queries.ts';
import { DAY, NOW, type OpenStore, storeFor } from './suite-stores.ts';

export function describeDeletingAndStats(open: OpenStore): void {
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
      const { kind } = value(await store.tenantStats([TENANT], CONTEXT));
      assert.equal(kind, 'nothing-ingested');
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
}
