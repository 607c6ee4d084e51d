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
    assert.equal(rows.streams().length, 1);
    assert.ok(rows.streams().typeBits.length <= 4);
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

type Pushed = {
  readonly service: string;
  readonly day: bigint;
  readonly labels?: Record<string, string>;
};

function indexOf(pushed: readonly Pushed[]): HeadIndex {
  const log = createDrawnLog(4096);
  for (const { service, day, labels } of pushed) {
    const set = labelSetFromRecord({ service_name: service, ...labels });
    const profile = profileFromText('main;work 1');
    log.append(ANONYMOUS, set, { ...profile, timeNanos: unixNanos(day * DAY_NANOS) });
  }
  const registry = createSeriesRegistry();
  const dictionaries = createEpochDictionaries({
    maxBytes: () => 1 << 20,
    onUse: () => {},
    openDay: () => {},
    damageOn: () => undefined,
  });
  const [generation] = log.generations();
  assert.ok(generation !== undefined);
  const index = createHeadIndex(generation.generation, () => registry, dictionaries);
  index.update(generation);
  return index;
}
