import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pushId, type TenantId } from '../../ids.ts';
import { CPU, cpu, labelsOf, OTHER_TENANT, pushAll, TENANT } from './suite-profiles.ts';
import { CONTEXT, drawTree, select, services, value, where } from './suite-queries.ts';
import { DAY, MAX_SERIES, NOW, type OpenStore, storeFor } from './suite-stores.ts';

export function describePushing(open: OpenStore): void {
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
      for (const id of ids) assert.match(String(id), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
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
      const once = [{ labels: labelsOf('a'), profiles: [{ profile: cpu('main 1'), pushId: id }] }];
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
      for (let i = 0; i < MAX_SERIES; i++) await pushAll(store, [cpu('main 1')], labelsOf(`s${i}`));
      const [refused] = await pushAll(store, [cpu('main 1')], labelsOf('one-more'));
      assert.ok(refused?.kind === 'refused' && refused.refusal.kind === 'too-many-series');
      assert.equal(refused.refusal.limitSeries, MAX_SERIES);
      assert.match(refused.refusal.reason, new RegExp(`${MAX_SERIES}`));
      const [known] = await pushAll(store, [cpu('main 1')], labelsOf('s0'));
      assert.equal(known?.kind, 'stored');
    });

    test('the limit of series counts those of one tenant that have a profile', async () => {
      const store = await at();
      for (let i = 0; i < MAX_SERIES; i++) await pushAll(store, [cpu('main 1')], labelsOf(`s${i}`));
      const one = [{ labels: labelsOf('x'), profiles: [{ profile: cpu('main 1') }] }];
      const kindFor = async (tenant: TenantId) => (await store.push(tenant, one))[0]?.[0]?.kind;
      assert.equal(await kindFor(TENANT), 'refused');
      assert.equal(await kindFor(OTHER_TENANT), 'stored');
      assert.ok((await store.deleteSeries(where('{service_name="s0"}'))).ok);
      assert.equal(await kindFor(TENANT), 'stored');
    });
  });
}
