import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSetFromRecord, labelValue } from '@emberscope/labels';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ANONYMOUS } from '../../ids.ts';
import { createSeriesRegistry } from '../../parts/series-registry.ts';
import { createEpochDictionaries } from './epoch-dictionaries.ts';
import { createHeadIndex, type HeadIndex } from './head-index.ts';
import { createDrawnLog } from './testing/drawn-log.ts';

const DAY_NANOS = 86_400_000_000_000n;

test('a table has cells for the streams that it has rows of, and for no others', () => {
  const services = 300;
  const index = indexOf(
    Array.from({ length: services }, (_, i) => ({ service: `service-${i}`, day: 20_000n })),
  );
  assert.equal(index.tables.all().length, services);
  for (const { streams, rows } of index.tables.all()) {
    assert.equal(streams.length, 1);
    assert.equal(rows.streams.typeBits.length, 1);
  }
});

test('a stream that comes to a table again after another has its place in both', () => {
  const pushed = [
    ['a', 20_000n],
    ['b', 20_000n],
    ['b', 20_001n],
    ['a', 20_001n],
    ['b', 20_000n],
    ['a', 20_000n],
  ] as const;
  const index = indexOf(pushed.map(([pod, day]) => ({ service: 'one', day, labels: { pod } })));
  assert.deepEqual(
    index.tables.all().map(({ day, streams, rows }) => ({
      day,
      pods: Array.from(rows.columns().stream, (place) => {
        const stream = streams[place];
        return stream === undefined ? undefined : labelValue(stream.labels, 'pod');
      }),
    })),
    [
      { day: 20_000, pods: ['a', 'b', 'b', 'a'] },
      { day: 20_001, pods: ['b', 'a'] },
    ],
  );
});

test('rows of a small table are the same whether they were looked at early or late', () => {
  const pushed = Array.from({ length: 20 }, (_, i) => ({
    service: 'one',
    day: 20_000n,
    labels: { pod: `${i % 3}` },
  }));
  const late = indexOf(pushed).tables.all()[0]?.rows;
  const early = indexOf(pushed, (index) => {
    for (const { rows } of index.tables.all()) rows.columns();
  }).tables.all()[0]?.rows;
  assert.ok(late !== undefined && early !== undefined);
  assert.equal(late.length(), 20);
  assert.deepEqual(late.columns(), early.columns());
  assert.deepEqual(
    Array.from(late.columns().arrival),
    pushed.map((_, i) => i + 1),
  );
});

type Pushed = {
  readonly service: string;
  readonly day: bigint;
  readonly labels?: Record<string, string>;
};

/** `look`: behind each profile. */
function indexOf(pushed: readonly Pushed[], look?: (index: HeadIndex) => void): HeadIndex {
  const log = createDrawnLog(4096);
  const index = emptyIndex();
  const update = (): void => {
    const [generation] = log.generations();
    assert.ok(generation !== undefined);
    index.update(generation);
  };
  for (const { service, day, labels } of pushed) {
    const set = labelSetFromRecord({ service_name: service, ...labels });
    const profile = profileFromText('main;work 1');
    log.append(ANONYMOUS, set, { ...profile, timeNanos: unixNanos(day * DAY_NANOS) });
    if (look === undefined) continue;
    update();
    look(index);
  }
  update();
  return index;
}

function emptyIndex(): HeadIndex {
  const registry = createSeriesRegistry();
  const dictionaries = createEpochDictionaries({
    maxBytes: () => 1 << 20,
    onUse: () => {},
    openDay: () => {},
    damageOn: () => undefined,
  });
  return createHeadIndex(1, () => registry, dictionaries);
}
