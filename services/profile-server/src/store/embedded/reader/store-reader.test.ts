import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelSetFromRecord, matcher } from '@emberscope/labels';
import { writeFully } from '@emberscope/node-kit/worker';
import {
  foldedTextFromTree,
  int64At,
  parseProfileType,
  profileFromText,
} from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ANONYMOUS } from '../../ids.ts';
import type { ProfileSelection } from '../../selection.ts';
import type { StoreAnswer } from '../../store-error.ts';
import { NEWEST_MAX } from './newest-dictionaries.ts';
import { createDrawnStore, type DrawnStore } from './testing/drawn-store.ts';

/** 2026-11-24T12:00:00Z */
const NOON_MILLIS = 1_795_521_600_000;
const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
const CONTEXT = { signal: new AbortController().signal };

describe('retention', () => {
  test('hides what is a nanosecond too old, wherever it lies', async () => {
    let nowMillis = NOON_MILLIS;
    const store = createDrawnStore({
      nowMillis: () => nowMillis,
      retentionNanos: BigInt(HOUR_MILLIS) * 1_000_000n,
    });
    await push(store, 'segment', NOON_MILLIS, 0n);
    await push(store, 'segment', NOON_MILLIS, 1n);
    await store.flush();
    await push(store, 'log', NOON_MILLIS, 0n);
    await push(store, 'log', NOON_MILLIS, 1n);
    assert.equal(await totalOf(store), 4n);
    nowMillis = NOON_MILLIS + HOUR_MILLIS;
    assert.equal(await totalOf(store), 4n);
    nowMillis++;
    assert.equal(await totalOf(store), 0n);
    const stats = value(await store.tenantStats([ANONYMOUS], CONTEXT));
    assert.equal(stats.kind, 'nothing-ingested');
    assert.deepEqual(value(await store.labelNames(everything(), CONTEXT)), []);
  });

  test('and a nanosecond alone', async () => {
    const store = createDrawnStore({
      nowMillis: () => NOON_MILLIS,
      retentionNanos: BigInt(HOUR_MILLIS) * 1_000_000n - 1n,
    });
    // The push would be refused: what is kept was once young enough.
    for (const nanos of [0n, 1n]) {
      store.log.append(ANONYMOUS, labelsOf('a'), profileAt(NOON_MILLIS - HOUR_MILLIS, nanos));
    }
    assert.equal(await totalOf(store), 1n);
  });
});

describe('roll-ups', () => {
  async function storeWithRollups() {
    let nowMillis = NOON_MILLIS;
    const store = createDrawnStore({
      nowMillis: () => nowMillis,
      retentionNanos: BigInt(2 * DAY_MILLIS) * 1_000_000n,
    });
    for (const hour of [0, 0, 1, 3]) {
      await push(store, 'a', NOON_MILLIS - 2 * DAY_MILLIS + hour * HOUR_MILLIS, 5n);
    }
    await store.flush();
    await store.merge('day');
    // The first two hours of the day's are before the retention now.
    nowMillis = NOON_MILLIS + 2 * HOUR_MILLIS;
    return store;
  }

  test('show hours before the retention to those who ask for them', async () => {
    const store = await storeWithRollups();
    const q = { ...everything(), mode: 'sum', frameKey: 'reported-name' } as const;
    const without = value(await store.mergeTree(q, CONTEXT));
    assert.deepEqual(foldedTextFromTree(without.tree), ['main;serve 1']);
    const asked = { ...q, rollups: 'before-retention' } as const;
    const whole = value(await store.mergeTree(asked, CONTEXT));
    assert.deepEqual(foldedTextFromTree(whole.tree), ['main;serve 4']);
    assert.equal(whole.coverage.profileCount, 4);
    assert.equal(value(await store.mergeTotal(asked, CONTEXT)).total, 4n);
  });

  test('are points of series over time, with means of what they are sums of', async () => {
    const store = await storeWithRollups();
    const startMillis = NOON_MILLIS - 2 * DAY_MILLIS;
    const q = {
      ...everything(),
      range: rangeOf(startMillis, startMillis + 5 * HOUR_MILLIS),
      rollups: 'before-retention',
      firstEdgeNanos: unixNanos(BigInt(startMillis + HOUR_MILLIS) * 1_000_000n - 1n),
      stepMillis: HOUR_MILLIS,
      groupBy: [],
      limit: 0,
      exemplars: true,
    } as const;
    const [sums] = value(await store.selectSeries({ ...q, mode: 'sum' }, CONTEXT));
    assert.ok(sums !== undefined);
    assert.deepEqual(
      [0, 1, 2].map((bucket) => int64At(sums.value, bucket)),
      [2n, 1n, 1n],
    );
    assert.deepEqual([...sums.profileCount], [2, 1, 1]);
    assert.deepEqual(sums.exemplars, []);
    const [means] = value(await store.selectSeries({ ...q, mode: 'average' }, CONTEXT));
    assert.deepEqual(means && int64At(means.value, 0), 1n);
    const wanted = { name: 'serve', file: '', line: 0 };
    const [holding] = value(
      await store.selectSeries({ ...q, mode: 'sum', function: wanted }, CONTEXT),
    );
    assert.deepEqual([...(holding?.profileCount ?? [])], [2, 1, 1]);
  });

  test('are no answer to who asks for single profiles or the newest', async () => {
    const store = await storeWithRollups();
    const q = { ...everything(), rollups: 'before-retention' } as const;
    const { profiles } = value(
      await store.singleProfiles({ ...q, order: 'newest', limit: 9 }, CONTEXT),
    );
    assert.equal(profiles.length, 1);
    const last = value(await store.mergeTotal({ ...q, mode: 'last' }, CONTEXT));
    assert.equal(last.coverage.profileCount, 1);
  });
});

describe('a segment that is damaged', () => {
  test('spoils answers that need it and no others, and is named', async () => {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
    await push(store, 'a', NOON_MILLIS - DAY_MILLIS, 0n);
    await push(store, 'a', NOON_MILLIS, 0n);
    await store.flush();
    const [yesterday] = store.manifest().segments;
    assert.ok(yesterday !== undefined);
    const file = await store.fs.open(`/data/${yesterday.file}`, 'write');
    await writeFully(file, Uint8Array.of(1, 2, 3), (await file.size()) - 20);
    await file.close();

    const today = {
      ...everything(),
      range: rangeOf(NOON_MILLIS - HOUR_MILLIS, NOON_MILLIS + HOUR_MILLIS),
    };
    assert.equal(value(await store.mergeTotal({ ...today, mode: 'sum' }, CONTEXT)).total, 1n);
    for (const answer of [
      await store.mergeTotal({ ...everything(), mode: 'sum' }, CONTEXT),
      await store.labelNames(everything(), CONTEXT),
      await store.tenantStats([ANONYMOUS], CONTEXT),
    ]) {
      assert.ok(!answer.ok && answer.error.kind === 'damaged');
      assert.match(answer.error.reason, new RegExp(yesterday.file));
    }
    const { damagedSegmentCount, damagedQueryCount } = store.reader.stats();
    assert.deepEqual(
      { damagedSegmentCount, damagedQueryCount },
      {
        damagedSegmentCount: 1,
        damagedQueryCount: 3,
      },
    );
  });

  test('whose pages alone are bad is named by the query that reads them', async () => {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
    await push(store, 'a', NOON_MILLIS, 0n);
    await store.flush();
    const [segment] = store.manifest().segments;
    assert.ok(segment !== undefined);
    const file = await store.fs.open(`/data/${segment.file}`, 'write');
    await writeFully(file, new Uint8Array(40).fill(0x55), 16);
    await file.close();
    assert.deepEqual(
      value(await store.labelValues({ ...everything(), name: 'service_name' }, CONTEXT)),
      ['a'],
    );
    const answer = await store.mergeTree(
      { ...everything(), mode: 'sum', frameKey: 'reported-name' },
      CONTEXT,
    );
    assert.ok(!answer.ok && answer.error.kind === 'damaged');
    assert.match(answer.error.reason, new RegExp(segment.file));
  });
});

test('a byte that is wrong anywhere spoils answers or changes none', async () => {
  const ask = async (store: DrawnStore) => [
    await store.mergeTree({ ...everything(), mode: 'sum', frameKey: 'reported-name' }, CONTEXT),
    await store.activity({ ...everything(), groupBy: ['service_name'] }, CONTEXT),
    await store.selectPoints({ ...everything(), groupBy: [], per: 'profile' }, CONTEXT),
    await store.tenantStats([ANONYMOUS], CONTEXT),
  ];
  const store = createDrawnStore({ nowMillis: () => NOON_MILLIS, cacheBytes: 0 });
  for (const hour of [0, 0, 1]) await push(store, 'a', NOON_MILLIS + hour * HOUR_MILLIS, 0n);
  await store.flush();
  const whole = await ask(store);
  const [entry] = store.manifest().segments;
  assert.ok(entry !== undefined);
  let spoilt = 0;
  for (let at = 0; at < entry.sizeBytes; at += 7) {
    const file = await store.fs.open(`/data/${entry.file}`, 'write');
    const byte = new Uint8Array(1);
    await file.read(byte, at);
    await writeFully(file, Uint8Array.of((byte[0] ?? 0) ^ 0x41), at);
    const again = createDrawnStore({ nowMillis: () => NOON_MILLIS, fs: store.fs, cacheBytes: 0 });
    again.setManifest(store.manifest());
    for (const [i, answer] of (await ask(again)).entries()) {
      if (answer.ok) assert.deepEqual(answer, whole[i], `byte ${at}`);
      else {
        assert.equal(answer.error.kind, 'damaged', `byte ${at}`);
        assert.match(answer.error.reason, new RegExp(entry.file), `byte ${at}`);
        spoilt++;
      }
    }
    await writeFully(file, byte, at);
    await file.close();
  }
  assert.ok(spoilt > 100);
});

test('of more types than there are bits those are found that have a value', async () => {
  const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
  const TYPES = 70;
  const withValue = [0, 31, 33, 60];
  const { samples, ...profile } = profileAt(NOON_MILLIS, 0n);
  const values = Array.from({ length: TYPES }, (_, type) =>
    Float64Array.of(withValue.includes(type) ? 1 + type : 0),
  );
  const sampleTypes = values.map((_, type) => ({ type: `type-${type}`, unit: 'count' }));
  const wide = { ...profile, sampleTypes, samples: { ...samples, values } };
  await store.push(ANONYMOUS, [{ labels: labelsOf('a'), profiles: [{ profile: wide }] }]);
  const check = async (where: string): Promise<void> => {
    const found = value(await store.profileTypes(everything(), CONTEXT));
    assert.deepEqual(
      new Set(found.map(({ sampleType }) => sampleType)),
      new Set(withValue.map((type) => `type-${type}`)),
      where,
    );
    for (const type of [...withValue, 1, 32]) {
      const profileType = { ...everything().profileType, sampleType: `type-${type}` };
      const { total } = value(
        await store.mergeTotal({ ...everything(), profileType, mode: 'sum' }, CONTEXT),
      );
      assert.equal(total, withValue.includes(type) ? BigInt(1 + type) : 0n, `${where} ${type}`);
    }
  };
  await check('log');
  await store.flush();
  await check('segment');
});

describe('bounds', () => {
  test('a query that takes too much is told so, with its range and series', async () => {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS, queryBytes: 100 });
    for (const service of ['a', 'b']) await push(store, service, NOON_MILLIS, 0n);
    const answer = await store.mergeTree(
      { ...everything(), mode: 'sum', frameKey: 'reported-name' },
      CONTEXT,
    );
    assert.ok(!answer.ok && answer.error.kind === 'query-too-large');
    assert.match(answer.error.reason, /of 2 series takes more than/);
    assert.match(answer.error.reason, /1970-01-01T00:00:00\.000Z/);
  });

  test('few files are open at a time, and all are read', async () => {
    const store = createDrawnStore({
      nowMillis: () => NOON_MILLIS,
      maxOpenFiles: 2,
      cacheBytes: 0,
    });
    for (let hour = 0; hour < 5; hour++) {
      await push(store, 'a', NOON_MILLIS + hour * HOUR_MILLIS, 0n);
      await store.flush();
    }
    for (let turn = 0; turn < 2; turn++) assert.equal(await totalOf(store), 5n);
    assert.equal(store.reader.stats().openFileCount, 2);
  });
});

describe('dictionaries', () => {
  test('live on when the log becomes a segment and segments are merged', async () => {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
    await push(store, 'a', NOON_MILLIS, 0n, 'main;serve');
    assert.deepEqual(await treeOf(store), ['main;serve 1']);
    await push(store, 'a', NOON_MILLIS, 0n, 'main;other');
    await store.flush();
    assert.deepEqual(await treeOf(store), ['main;other 1', 'main;serve 1']);
    await push(store, 'a', NOON_MILLIS, 0n, 'main;third');
    await store.flush();
    await store.merge('merged');
    await push(store, 'a', NOON_MILLIS, 0n, 'main;serve');
    assert.deepEqual(await treeOf(store), ['main;other 1', 'main;serve 2', 'main;third 1']);
    assert.equal(store.reader.stats().dictionaryCount, 1);
  });

  test('of the newest day are read beforehand', async () => {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
    await push(store, 'old', NOON_MILLIS - DAY_MILLIS, 0n);
    for (const service of ['a', 'b']) await push(store, service, NOON_MILLIS, 0n);
    await store.flush();
    await push(store, 'c', NOON_MILLIS, 0n);
    store.reader.setView(store.view());
    assert.equal(await store.reader.warm(() => false), false);
    assert.equal(store.reader.stats().dictionaryCount, 0);
    assert.equal(await store.reader.warm(() => true), true);
    assert.equal(store.reader.stats().dictionaryCount, 3);
  });

  test('of many services are not all read beforehand', async () => {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
    for (let i = 0; i < NEWEST_MAX + 50; i++) await push(store, `${i}`, NOON_MILLIS + i, 0n);
    store.reader.setView(store.view());
    assert.equal(await store.reader.warm(() => true), true);
    assert.equal(store.reader.stats().dictionaryCount, NEWEST_MAX);
  });
});

describe('a question about one service of many', () => {
  const SERVICES = 60;

  async function storeOfMany() {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
    for (let i = 0; i < SERVICES; i++) await push(store, `service-${i}`, NOON_MILLIS, 0n);
    await store.flush();
    for (let i = 0; i < SERVICES; i++) await push(store, `service-${i}`, NOON_MILLIS, 1n);
    return store;
  }

  for (const [name, op, value_] of [
    ['service_name', '=', 'service-7'],
    ['__service_name__', '=', 'service-7'],
    ['service_name', '=~', 'service-7'],
  ] as const) {
    test(`reads its dictionary and its block alone: ${name}${op}`, async () => {
      const store = await storeOfMany();
      const built = matcher(op, name, value_);
      assert.ok(built.ok);
      const q = { ...everything(), matchers: [built.matcher] };
      const merged = await store.mergeTree(
        { ...q, mode: 'sum', frameKey: 'reported-name' },
        CONTEXT,
      );
      assert.deepEqual(foldedTextFromTree(value(merged).tree), ['main;serve 2']);
      const { dictionaryCount, blocksRead } = store.reader.stats();
      assert.deepEqual({ dictionaryCount, blocksRead }, { dictionaryCount: 1, blocksRead: 1 });
    });
  }

  test('looks for the pages of its tables in a segment of a thousand', async () => {
    const store = createDrawnStore({ nowMillis: () => NOON_MILLIS });
    for (let i = 0; i < 1_000; i++) {
      store.log.append(ANONYMOUS, labelsOf(`service-${i}`), profileAt(NOON_MILLIS, 0n));
    }
    await store.flush();
    const built = matcher('=', 'service_name', 'service-7');
    assert.ok(built.ok);
    const q = { ...everything(), matchers: [built.matcher] };
    assert.equal(value(await store.mergeTotal({ ...q, mode: 'sum' }, CONTEXT)).total, 1n);
    assert.equal(store.reader.stats().tablesRead, 1);
    assert.equal(value(await store.labelNames(everything(), CONTEXT)).length, 6);
    assert.equal(store.reader.stats().tablesRead, 1);
    assert.equal(await totalOf(store), 1_000n);
    assert.equal(store.reader.stats().tablesRead, 1_000);
  });

  test('and one about what there is reads none', async () => {
    const store = await storeOfMany();
    const q = everything();
    assert.equal(value(await store.profileTypes(q, CONTEXT)).length, 1);
    assert.equal(
      value(await store.labelValues({ ...q, name: 'service_name' }, CONTEXT)).length,
      SERVICES,
    );
    const { dictionaryCount, blocksRead, columnBytes } = store.reader.stats();
    assert.deepEqual(
      { dictionaryCount, blocksRead, columnBytes },
      { dictionaryCount: 0, blocksRead: 0, columnBytes: 0 },
    );
  });
});

function everything(): ProfileSelection {
  const parsed = parseProfileType('process_cpu:samples:count::');
  assert.ok(parsed.ok);
  return {
    tenants: [ANONYMOUS],
    range: rangeOf(0, 2 * NOON_MILLIS),
    matchers: [],
    profileType: parsed.profileType,
  };
}

function rangeOf(startMillis: number, endMillis: number) {
  return {
    startNanos: unixNanos(BigInt(startMillis) * 1_000_000n),
    endNanos: unixNanos(BigInt(endMillis) * 1_000_000n),
  };
}

function labelsOf(service: string) {
  return labelSetFromRecord({ __name__: 'process_cpu', service_name: service });
}

function profileAt(millis: number, nanos: bigint, stack = 'main;serve') {
  return profileFromText(`${stack} 1`, {
    sampleTypes: [{ type: 'samples', unit: 'count' }],
    timeNanos: unixNanos(BigInt(millis) * 1_000_000n + nanos),
  });
}

async function push(
  store: DrawnStore,
  service: string,
  millis: number,
  nanos: bigint,
  stack?: string,
): Promise<void> {
  const profile = profileAt(millis, nanos, stack);
  const [outcome] = await store.push(ANONYMOUS, [
    { labels: labelsOf(service), profiles: [{ profile }] },
  ]);
  assert.equal(outcome?.[0]?.kind, 'stored');
}

async function totalOf(store: DrawnStore): Promise<bigint> {
  return value(await store.mergeTotal({ ...everything(), mode: 'sum' }, CONTEXT)).total;
}

async function treeOf(store: DrawnStore): Promise<string[]> {
  const q = { ...everything(), mode: 'sum', frameKey: 'reported-name' } as const;
  return foldedTextFromTree(value(await store.mergeTree(q, CONTEXT)).tree);
}

function value<Value>(answer: StoreAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}
