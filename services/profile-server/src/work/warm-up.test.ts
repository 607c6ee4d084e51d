import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { createSimClock } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { createStoreInMemory } from '../store/embedded/testing/store-in-memory.ts';
import { ANONYMOUS } from '../store/ids.ts';
import { createWarmUp } from './warm-up.ts';

/** 2026-11-24T12:00:00Z */
const NOON_MILLIS = 1_795_521_600_000;
const LIMITS = {
  maxQueryLengthMillis: 0,
  maxQueryLookbackMillis: 0,
  maxFlameGraphNodesDefault: 8192,
  maxFlameGraphNodesMax: 0,
};
const { signal } = new AbortController();

/** A store, and a thread in front of it on whose clock each question takes so long. */
async function openThread(questionMillis: number) {
  const store = createStoreInMemory({ nowMillis: () => NOON_MILLIS });
  await store.start();
  let nowMillis = 0;
  let merges = 0;
  const reader: typeof store & { warm(): Promise<boolean> } = {
    ...store,
    warm: async () => true,
    async mergeTree(q, context) {
      merges++;
      nowMillis += questionMillis;
      return store.mergeTree(q, context);
    },
  };
  const clock = { ...createSimClock(), monotonicMillis: () => nowMillis };
  const warmUp = createWarmUp(reader, clock);
  const parts = { reader, limits: LIMITS, nowMillis: () => NOON_MILLIS };
  return { store, go: () => warmUp.go(parts, signal), merges: () => merges };
}

async function pushTo(store: ReturnType<typeof createStoreInMemory>): Promise<void> {
  const profile = profileFromText('main;serve 1', {
    sampleTypes: [{ type: 'samples', unit: 'count' }],
    timeNanos: unixNanos(BigInt(NOON_MILLIS) * 1_000_000n),
  });
  const labels = labelSetFromRecord({ __name__: 'process_cpu', service_name: 'it\'s "a"' });
  await store.push(ANONYMOUS, [{ labels, profiles: [{ profile }] }]);
}

test('a thread is cold until there is something to ask about, and then asks slice by slice', async () => {
  const { store, go, merges } = await openThread(30);
  assert.equal(await go(), 'cold');
  assert.equal(await go(), 'cold');
  await pushTo(store);
  let slices = 0;
  while ((await go()) === 'more') {
    slices++;
    assert.equal(merges(), slices, 'one that takes long ends its slice');
  }
  assert.equal(merges(), 24);
  assert.equal(await go(), 'warm');
  assert.equal(merges(), 24);
});

test('a thread on a machine that is slow has had its time', async () => {
  const { store, go, merges } = await openThread(1_000);
  await pushTo(store);
  while ((await go()) === 'more');
  assert.equal(merges(), 4);
});
