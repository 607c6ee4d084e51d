import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelValue } from '@emberscope/labels';
import { int64At } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { BucketedSeries } from '../../answers.ts';
import { spanId } from '../../ids.ts';
import { CPU, cpu, labelsOf, MEMORY, memory, pushAll } from './suite-profiles.ts';
import { CONTEXT, drawSeries, SERIES, select, value } from './suite-queries.ts';
import { DAY, NOW, type OpenStore, SECOND, storeFor } from './suite-stores.ts';

export function describeValuesOverTime(open: OpenStore): void {
  describe('values over time', () => {
    const at = storeFor(open);
    const onTheSecond = (text: string, seconds: bigint) => cpu(text, NOW + seconds * SECOND);

    test('buckets end at their edges, the first takes all before, and the tail is dropped', async () => {
      const store = await at();
      await pushAll(store, [
        onTheSecond('f 1', -16n),
        onTheSecond('f 2', -15n),
        onTheSecond('f 4', 0n),
        onTheSecond('f 8', 15n),
        cpu('f 16', NOW + 15n * SECOND + 1n),
        onTheSecond('f 32', 30n),
        onTheSecond('f 64', 31n),
      ]);
      const drawn = async (startNanos: bigint, stepMillis = 15_000) => {
        const endNanos = unixNanos(NOW + 35n * SECOND);
        const range = { startNanos: unixNanos(startNanos), endNanos };
        const q = { ...select(CPU), ...SERIES, range, stepMillis };
        return drawSeries(value(await store.selectSeries(q, CONTEXT))[0]);
      };
      assert.deepEqual(await drawn(NOW - 15n * SECOND), ['0s 6 of 2', '15s 8 of 1', '30s 48 of 2']);
      assert.deepEqual(await drawn(NOW - 15n * SECOND + 1n), [
        '0s 4 of 1',
        '15s 8 of 1',
        '30s 48 of 2',
      ]);
      assert.deepEqual(await drawn(NOW - DAY), ['0s 7 of 3', '15s 8 of 1', '30s 48 of 2']);
      // A step that is no whole millisecond.
      assert.deepEqual(await drawn(NOW, 15_000.000_001), [
        '0s 4 of 1',
        '15s 24 of 2',
        '30s 32 of 1',
      ]);
    });

    test('a first edge at the end of the range is one bucket of everything', async () => {
      const store = await at();
      await pushAll(store, [
        onTheSecond('f 1', -3600n),
        onTheSecond('f 2', -1n),
        onTheSecond('f 4', 0n),
      ]);
      const { endNanos } = SERIES.range;
      const range = { startNanos: unixNanos(NOW - 3600n * SECOND), endNanos };
      const q = { ...select(CPU), ...SERIES, range, stepMillis: 1 };
      assert.deepEqual(drawSeries(value(await store.selectSeries(q, CONTEXT))[0]), ['0s 7 of 3']);
    });

    test('groups have the labels asked for, the largest first, and as many as asked for', async () => {
      const store = await at();
      await pushAll(store, [cpu('f 1')], labelsOf('a', { pod: '1' }));
      await pushAll(store, [cpu('f 5')], labelsOf('a', { pod: '2' }));
      await pushAll(store, [cpu('f 3')], labelsOf('b'));
      await pushAll(store, [cpu('f 3')], labelsOf('c'));
      const q = { ...select(CPU), ...SERIES, groupBy: ['pod', 'service_name'] };
      const drawn = (series: readonly BucketedSeries[]) =>
        series.map(({ labels }) => labels.map(({ name, value: v }) => `${name}=${v}`).join(' '));
      assert.deepEqual(drawn(value(await store.selectSeries(q, CONTEXT))), [
        'pod=2 service_name=a',
        'service_name=b',
        'service_name=c',
        'pod=1 service_name=a',
      ]);
      assert.equal(value(await store.selectSeries({ ...q, limit: 2 }, CONTEXT)).length, 2);
    });

    test('unnamed stacks count, and one function alone does when asked for', async () => {
      const store = await at();
      await pushAll(store, [cpu('main;f 1\nmain;g 2\n0x10 4')]);
      const all = value(await store.selectSeries({ ...select(CPU), ...SERIES }, CONTEXT));
      assert.deepEqual(drawSeries(all[0]), ['0s 7 of 1']);
      const only = { name: 'f', file: '', line: 0 };
      const one = value(
        await store.selectSeries({ ...select(CPU), ...SERIES, function: only }, CONTEXT),
      );
      assert.deepEqual(drawSeries(one[0]), ['0s 1 of 1']);
    });

    test('a profile without the function counts as 0: in means and as the newest', async () => {
      const store = await at();
      const heap = (text: string, seconds: bigint) => memory(text, NOW - seconds * SECOND);
      const pod = (name: string) => labelsOf('a', { __name__: 'memory', pod: name });
      await pushAll(
        store,
        [heap('f 10\ng 1', 3n), heap('f;h 5\ng 2', 2n), heap('g 4', 1n)],
        pod('1'),
      );
      await pushAll(store, [heap('f 100', 30n), heap('f 20', 3n)], pod('2'));
      await pushAll(store, [heap('g 7', 3n)], pod('3'));
      const drawn = async (mode: 'sum' | 'average' | 'last', groupBy: readonly string[] = []) => {
        const only = { name: 'f', file: '', line: 0 };
        const range = { ...SERIES.range, startNanos: unixNanos(NOW - 60n * SECOND) };
        const buckets = { range, firstEdgeNanos: unixNanos(NOW - 15n * SECOND) };
        const q = { ...select(MEMORY), ...SERIES, ...buckets, mode, groupBy, function: only };
        const series = value(await store.selectSeries(q, CONTEXT));
        return series.map((each) => drawSeries(each).join(', '));
      };
      assert.deepEqual(await drawn('sum'), ['-15s 100 of 1, 0s 35 of 5']);
      // 10 / 3 is 3.33 and 5 / 3 is 1.67: 3 + 2 of the first pod, 20 of the second.
      assert.deepEqual(await drawn('average'), ['-15s 100 of 1, 0s 25 of 5']);
      assert.deepEqual(await drawn('last'), ['-15s 100 of 1, 0s 20 of 5']);
      // The first pod's newest has no f, yet f ran; in the third it never did.
      assert.deepEqual(await drawn('last', ['pod']), ['-15s 100 of 1, 0s 20 of 1', '0s 0 of 3']);
    });

    test('with spans chosen, a profile without one of them is no profile of the mean', async () => {
      const store = await at();
      const span = '00000000000000aa';
      await pushAll(store, [
        cpu(`f 6 {span_id="${span}"}\nf 1`),
        cpu(`g 1 {span_id="${span}"}`),
        cpu('f 9'),
      ]);
      const spanIds = [spanId(span) ?? assert.fail()];
      const only = { name: 'f', file: '', line: 0 };
      const q = { ...select(CPU), ...SERIES, mode: 'average' as const, spanIds, function: only };
      assert.deepEqual(drawSeries(value(await store.selectSeries(q, CONTEXT))[0]), ['0s 3 of 2']);
    });

    test('an exemplar is the largest profile of its bucket, without the labels grouped by', async () => {
      const store = await at();
      const pod = (name: string) => labelsOf('a', { pod: name });
      await pushAll(store, [cpu('f 3')], pod('1'));
      const [large] = await pushAll(store, [cpu('f 10\ng 20')], pod('2'));
      const q = { ...select(CPU), ...SERIES, groupBy: ['service_name'], exemplars: true };
      const [series] = value(await store.selectSeries(q, CONTEXT));
      const [exemplar] = series?.exemplars ?? [];
      assert.equal(exemplar?.value, 30n);
      assert.equal(exemplar?.profileId, large?.kind === 'stored' && large.profileId);
      assert.ok(exemplar !== undefined);
      assert.equal(labelValue(exemplar.labels, 'pod'), '2');
      assert.equal(labelValue(exemplar.labels, 'service_name'), '');
    });

    test('averages and newest values of what is held', async () => {
      const store = await at();
      await pushAll(
        store,
        [
          memory('f 10', NOW - 3n * SECOND),
          memory('f 20', NOW - 2n * SECOND),
          memory('f 60', NOW - 1n),
        ],
        labelsOf('a', { __name__: 'memory' }),
      );
      const drawn = async (mode: 'sum' | 'average' | 'last') => {
        const q = { ...select(MEMORY), ...SERIES, mode };
        return drawSeries(value(await store.selectSeries(q, CONTEXT))[0]);
      };
      assert.deepEqual(await drawn('sum'), ['0s 90 of 3']);
      assert.deepEqual(await drawn('average'), ['0s 30 of 3']);
      assert.deepEqual(await drawn('last'), ['0s 60 of 3']);
    });

    test('points are profiles, or spans in them', async () => {
      const store = await at();
      const [a, b] = ['00000000000000aa', '00000000000000bb'];
      await pushAll(store, [
        cpu(`f 1 {span_id="${a}"}\ng 2 {span_id="${a}"}\nf 4 {span_id="${b}"}\nh 8`),
      ]);
      const q = { ...select(CPU), groupBy: [] };
      const [profiles] = value(await store.selectPoints({ ...q, per: 'profile' }, CONTEXT));
      assert.ok(profiles !== undefined);
      assert.deepEqual(
        [profiles.length, int64At(profiles.value, 0), profiles.spanId.length],
        [1, 15n, 0],
      );
      const [spans] = value(await store.selectPoints({ ...q, per: 'span' }, CONTEXT));
      assert.ok(spans !== undefined);
      assert.deepEqual(spans.spanId.map((id, i) => `${id} ${int64At(spans.value, i)}`).sort(), [
        `${a} 3`,
        `${b} 4`,
      ]);
    });

    test('functions over time, the largest peak first', async () => {
      const store = await at();
      await pushAll(store, [
        onTheSecond('main;f 5\nmain;g 1', 0n),
        onTheSecond('main;f 2\nmain;g 9\ntiny 1', 15n),
      ]);
      const startNanos = unixNanos(NOW - 14n * SECOND);
      const q = {
        ...select(CPU),
        range: { startNanos, endNanos: unixNanos(NOW + 15n * SECOND) },
        firstEdgeNanos: unixNanos(NOW),
        stepMillis: 15_000,
        mode: 'sum' as const,
        limit: 2,
      };
      const timelines = value(await store.functionTimelines(q, CONTEXT));
      assert.deepEqual(
        timelines.functions.map(({ name, self }) => [name, ...Array.from(self, Number)].join(' ')),
        ['g 1 9', 'f 5 2'],
      );
      assert.equal(timelines.leftOut, 1);
      assert.deepEqual(Array.from(timelines.total, Number), [6, 12]);
    });
  });
}
