import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { createSimClock } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { createStoreInMemory } from '../store/embedded/testing/store-in-memory.ts';
import { ANONYMOUS } from '../store/ids.ts';
import type { BusyWith, Warmed } from './jobs.ts';
import { createWarmUp } from './warm-up.ts';

/** 2026-11-24T12:00:00Z */
const NOON_MILLIS = 1_795_521_600_000;
const LIMITS = {
  maxQueryLengthMillis: 0,
  maxQueryLookbackMillis: 0,
  maxFlameGraphNodesDefault: 8192,
  maxFlameGraphNodesMax: 0,
};
/** A store, and a thread in front of it on whose clock each question takes so long. */
async function openThread(questionMillis: number) {
  const store = createStoreInMemory({ nowMillis: () => NOON_MILLIS });
  await store.start();
  let nowMillis = 0;
  let merges = 0;
  let hasSegments = false;
  let beforeMerge = () => {};
  const reader: typeof store & { warm(): Promise<boolean>; hasSegments(): boolean } = {
    ...store,
    warm: async () => true,
    hasSegments: () => hasSegments,
    async mergeTree(q, context) {
      merges++;
      beforeMerge();
      nowMillis += questionMillis;
      return store.mergeTree(q, context);
    },
  };
  const clock = { ...createSimClock(), monotonicMillis: () => nowMillis };
  const warmUp = createWarmUp(reader, clock);
  const parts = { reader, limits: LIMITS, nowMillis: () => NOON_MILLIS };
  return {
    store,
    go: (busyWith: BusyWith = 'nothing', signal = new AbortController().signal) =>
      warmUp.go(parts, signal, busyWith),
    pass(millis: number) {
      nowMillis += millis;
    },
    merges: () => merges,
    onMerge(run: () => void) {
      beforeMerge = run;
    },
    flush() {
      hasSegments = true;
    },
  };
}

/** Slice after slice while there is more to do. */
async function goOn(go: () => Promise<Warmed>): Promise<Warmed> {
  let warmed: Warmed;
  do warmed = await go();
  while (warmed === 'more' || warmed === 'newest');
  return warmed;
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
  let warmed = await go();
  for (; warmed === 'more'; warmed = await go()) {
    slices++;
    assert.equal(merges(), slices, 'one that takes long ends its slice');
  }
  assert.equal(warmed, 'newest', 'who waits for it is told');
  assert.equal(merges(), 24);
  assert.equal(await go(), 'cold', 'days are practised when there are segments');
  assert.equal(merges(), 24);
});

test('who is asked something lets practice be, and goes on later', async () => {
  const { store, go, merges } = await openThread(1);
  await pushTo(store);
  assert.equal(await go('nothing', AbortSignal.abort()), 'more');
  assert.equal(merges(), 0);
  assert.equal(await goOn(go), 'cold');
  assert.equal(merges(), 24);
});

test('a question that was given up for who asked is practised later', async () => {
  const { store, go, merges, onMerge } = await openThread(1);
  await pushTo(store);
  const asked = new AbortController();
  onMerge(() => asked.abort());
  assert.equal(await go('nothing', asked.signal), 'more');
  assert.equal(merges(), 1);
  onMerge(() => {});
  assert.equal(await goOn(go), 'cold');
  assert.equal(merges(), 1 + 24);
});

test('hours and days are practised once there are segments and pushes have become few', async () => {
  const { store, go, merges, flush } = await openThread(1);
  await pushTo(store);
  assert.equal(await goOn(go), 'cold');
  flush();
  assert.equal(await go('pushes'), 'cold', 'cores are for those who push');
  assert.equal(merges(), 24);
  assert.equal(await go(), 'more');
  const before = merges();
  assert.equal(await go('queries'), 'cold', 'also when some are done');
  assert.equal(merges(), before);
  assert.equal(await goOn(go), 'warm');
  // 24 of five minutes and of a day; 12 of all, of days, and 12 pairs.
  assert.equal(merges(), 24 + 2 * 24 + 4 * 12);
  assert.equal(await go(), 'warm');
});

test('who pushes comes first, for a minute, and queries do not keep minutes from being practised', async () => {
  const { store, go, merges, pass } = await openThread(30);
  await pushTo(store);
  assert.equal(await go('pushes'), 'cold');
  pass(59_000);
  assert.equal(await go('pushes'), 'cold');
  assert.equal(merges(), 0);
  assert.equal(await go('queries'), 'more');
  assert.equal(merges(), 1);
  assert.equal(await go('pushes'), 'cold');
  pass(1_000);
  assert.equal(await goOn(() => go('pushes')), 'cold');
  assert.equal(merges(), 24);
});

test('what takes long is asked twice and no more', async () => {
  const { store, go, merges, flush } = await openThread(110);
  await pushTo(store);
  flush();
  assert.equal(await goOn(go), 'warm');
  assert.equal(merges(), 2 + 4 * 2 + 2 * 2);
});

test('a thread on a machine that is slow has had its time', async () => {
  const { store, go, merges, flush } = await openThread(99);
  await pushTo(store);
  assert.equal(await goOn(go), 'cold');
  assert.equal(merges(), 24);
  flush();
  assert.equal(await goOn(go), 'warm');
  assert.equal(merges(), 24 + 41);
});
