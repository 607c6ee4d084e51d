import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import workerThreads from 'node:worker_threads';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { labelSetFromRecord } from '@emberscope/labels';
import { createSeededRandom, systemClock } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { QuerierService } from '@emberscope/protocol/querier';
import { unixNanos } from '@emberscope/units';
import { ANONYMOUS, pushId } from '../store/ids.ts';
import { packProfile } from './packed-series.ts';
import type { StoreThreads } from './store-threads.ts';

/* Threads of the store end at any moment, as they would for want of memory. */

const PUSHES = 40;
const ROUNDS = 5;
const NOW_MILLIS = Date.now();
const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const LIMITS = {
  ...{ maxQueryLengthMillis: 0, maxQueryLookbackMillis: 0 },
  ...{ maxFlameGraphNodesDefault: 8192, maxFlameGraphNodesMax: 0 },
};

test('the thread that writes dies in mid-push: what was answered is there, and comes but once', async (t) => {
  const { store, killAll, deaths } = await openStore(t);
  const random = createSeededRandom(1);
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const numbers = Array.from({ length: PUSHES }, (_, i) => round * PUSHES + i + 1);
    const pushed = Promise.all(numbers.map((number) => pushUntilDone(store, number)));
    await systemClock.sleep(random.below(30));
    killAll('writer-worker.js');
    await pushed;
    for (const number of numbers) sum += number;
    assert.equal(await total(store), sum);
  }
  assert.equal(deaths.filter((which) => which === 'writer').length, ROUNDS);
  await store.stop();
});

test('threads that answer die in mid-query: who waits hears of it, and who asks again is answered', async (t) => {
  const { store, killAll, deaths } = await openStore(t);
  await pushUntilDone(store, 7);
  assert.equal(await total(store), 7);
  for (let round = 0; round < ROUNDS; round++) {
    const asked = Promise.all(Array.from({ length: 8 }, () => ask(store)));
    if (round % 2 === 1) await systemClock.sleep(2);
    const killed = killAll('query-worker.js');
    for (const { kind } of await asked) assert.ok(kind === 'done' || kind === 'worker-died', kind);
    assert.ok(killed > 0);
    assert.equal(await total(store), 7);
  }
  assert.ok(deaths.includes('query'));
  await store.stop();
});

/** A store whose threads can be ended by the names of their files. */
async function openStore(t: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'thread-deaths-'));
  const real = workerThreads.Worker;
  const running = new Set<{ readonly file: string; readonly worker: workerThreads.Worker }>();
  class Watched extends real {
    constructor(...given: ConstructorParameters<typeof real>) {
      super(...given);
      const entry = { file: String(given[0]), worker: this };
      running.add(entry);
      this.once('exit', () => running.delete(entry));
    }
  }
  workerThreads.Worker = Watched;
  syncBuiltinESMExports();
  t.after(() => {
    workerThreads.Worker = real;
    syncBuiltinESMExports();
    rmSync(dataDir, { recursive: true });
  });
  const { startStoreThreads } = await import('./store-threads.ts');
  const deaths: string[] = [];
  const mib = 1024 * 1024;
  const store = startStoreThreads({
    writer: {
      ...{ dataDir, maxBytes: 0, retentionMillis: 0, rollupRetentionMillis: 0 },
      ...{ dropsOldestWhenFull: false, maxSeries: 100 },
    },
    reader: { dataDir, retentionMillis: 0, cacheBytes: 32 * mib, queryBytes: 32 * mib },
    ...{ queryLimits: LIMITS, clock: systemClock, onEvent: () => {}, beingRead: () => 0 },
    onDied: (which) => deaths.push(which),
  });
  assert.ok((await store.start()).ok);
  return {
    store,
    deaths,
    /** Answers how many there were. */
    killAll(file: string): number {
      const killed = [...running].filter((each) => each.file.endsWith(file));
      for (const { worker } of killed) void worker.terminate();
      return killed.length;
    },
  };
}

/** As a collector does: the same again, under the same id, until it is told that it is stored. */
async function pushUntilDone(store: StoreThreads, number: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const done = await store.push(
      { tenant: ANONYMOUS, service: '', profiles: [packed(number)] },
      [],
    );
    if (done.kind === 'done') {
      const [refusal] = done.output;
      if (refusal === undefined) return;
      assert.equal(refusal.kind, 'store');
    } else if (done.kind === 'timed-out') assert.equal(done.where, 'queue');
    await systemClock.sleep(20);
  }
  assert.fail(`push ${number} was never taken`);
}

/** A profile of as many nanoseconds. */
function packed(number: number): Uint8Array {
  const cpu = { type: 'cpu', unit: 'nanoseconds' };
  const profile = profileFromText(`main;f${number} ${number}`, {
    ...{ sampleTypes: [cpu], periodType: cpu },
    timeNanos: unixNanos(BigInt(NOW_MILLIS) * 1_000_000n),
  });
  const labels = labelSetFromRecord({ __name__: 'process_cpu', service_name: 'a' });
  const id = pushId(`emb1-${number.toString(16).padStart(32, '0')}`);
  assert.ok(id !== undefined);
  const series = [{ labels, profiles: [{ profile, pushId: id }] }];
  const { outcome } = packProfile({ sizeBytes: 0, outcome: { kind: 'ready', series } });
  assert.ok(outcome.kind === 'ready');
  return outcome.series;
}

const { input, output } = QuerierService.method.selectMergeStacktraces;

function ask(store: StoreThreads) {
  const request = create(input, {
    ...{ profileTypeID: TYPE, labelSelector: '{}' },
    ...{ start: BigInt(NOW_MILLIS - 1000), end: BigInt(NOW_MILLIS + 1000) },
  });
  const call = {
    method: 'querier.v1.QuerierService/SelectMergeStacktraces',
    request: toBinary(input, request),
    requestEncoding: 'proto',
    encoding: 'proto',
    tenants: [ANONYMOUS],
    takesUtf8LabelNames: false,
  } as const;
  return store.query({ call, limits: LIMITS, deadlineMillis: Date.now() + 60_000 }, {});
}

async function total(store: StoreThreads): Promise<number> {
  const done = await ask(store);
  assert.ok(done.kind === 'done', JSON.stringify(done));
  const answer = done.output;
  assert.ok(answer.ok, JSON.stringify(answer));
  return Number(fromBinary(output, answer.message).flamegraph?.total ?? 0);
}
