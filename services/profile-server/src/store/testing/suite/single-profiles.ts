import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textFromProfile } from '@emberscope/profile';
import { CPU, cpu, pushAll } from './suite-profiles.ts';
import { CONTEXT, select, value } from './suite-queries.ts';
import { NOW, type OpenStore, SECOND, storeFor } from './suite-stores.ts';

export function describeSingleProfiles(open: OpenStore): void {
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
}
