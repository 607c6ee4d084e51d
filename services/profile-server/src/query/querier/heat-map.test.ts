import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PointSeries } from '../../store/answers.ts';
import { profileId, spanId } from '../../store/ids.ts';
import { heatMapOf, VALUE_BUCKETS } from './heat-map.ts';

type Drawn = { readonly millis: number; readonly value: bigint };

const TIMES = { startMillis: 1_000n, endMillis: 2_000n, stepMillis: 300 };
const ID = profileId('01234567-89ab-cdef-0123-456789abcdef');

function series(labels: Readonly<Record<string, string>>, points: readonly Drawn[]): PointSeries {
  return {
    labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
    length: points.length,
    timeNanos: BigInt64Array.from(points, ({ millis }) => BigInt(millis) * 1_000_000n),
    value: BigInt64Array.from(points, ({ value }) => value),
    profileId: points.map(() => ID),
    spanId: points.flatMap((_, i) => spanId((i + 1).toString(16).padStart(16, '0')) ?? []),
  };
}

test('slots end at the start, each step later and at the end', () => {
  const edges = (millis: number) =>
    heatMapOf([series({}, [{ millis, value: 1n }])], [], TIMES, false).groups.flatMap(({ slots }) =>
      slots.map(({ edgeMillis }) => Number(edgeMillis)),
    );
  assert.deepEqual(
    [1_000, 1_001, 1_300, 1_301, 1_900, 1_901, 2_000].map((millis) => edges(millis)[0]),
    [1_000, 1_300, 1_300, 1_600, 1_900, 2_000, 2_000],
  );
});

test('values beyond 2^53 stay exact in exemplars', () => {
  const value = 2n ** 62n + 1n;
  const { groups } = heatMapOf([series({}, [{ millis: 1_000, value }])], [], TIMES, true);
  assert.equal(groups[0]?.slots[0]?.exemplars[0]?.value, value);
});

test('an exemplar is the largest of its cell, with its span and the labels not grouped by', () => {
  const points = [1n, 2n, 100n].map((value) => ({ millis: 1_100, value }));
  const map = heatMapOf([series({ pod: 'a', zone: 'z' }, points)], ['zone'], TIMES, true);
  const exemplars = map.groups.flatMap(({ slots }) => slots.flatMap((slot) => slot.exemplars));
  assert.deepEqual(
    exemplars.map(({ value, spanId, labels }) => [value, spanId, labels]),
    [
      [100n, '0000000000000003', [{ name: 'pod', value: 'a' }]],
      [2n, '0000000000000002', [{ name: 'pod', value: 'a' }]],
    ],
  );
});

const point = fc.record({
  millis: fc.integer({ min: 1_000, max: 2_000 }),
  value: fc.oneof(fc.bigInt({ min: 0n, max: 50n }), fc.bigInt({ min: -1000n, max: 10n ** 12n })),
});
const drawn = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', ''), fc.array(point, { minLength: 1, maxLength: 20 })),
  { minLength: 1, maxLength: 4 },
);

test('every point counts once, in the slot and the bucket that hold it', () => {
  fc.assert(
    fc.property(drawn, (all) => {
      const given = all.map(([pod, points], i) =>
        series({ ...(pod !== '' && { pod }), number: `${i}` }, points),
      );
      const { bucketMins, groups } = heatMapOf(given, ['pod'], TIMES, true);
      const values = all.flatMap(([, points]) => points.map(({ value }) => value));
      assert.equal(bucketMins.length, VALUE_BUCKETS);
      assert.equal(
        BigInt(bucketMins[0] ?? 0),
        values.reduce((a, b) => (a < b ? a : b)),
      );
      assert.ok(bucketMins.every((min, i) => i === 0 || min >= (bucketMins[i - 1] ?? 0)));
      for (const { labels, pointCount, slots } of groups) {
        const pod = labels[0]?.value ?? '';
        const own = all.flatMap(([name, points]) => (name === pod ? points : []));
        assert.equal(pointCount, own.length);
        let from = Number.NEGATIVE_INFINITY;
        for (const { edgeMillis, counts, exemplars } of slots) {
          const edge = Number(edgeMillis);
          const inSlot = own.filter(({ millis }) => millis > from && millis <= edge);
          const expected = Array.from(counts, (_, i) => {
            const min = bucketMins[i] ?? 0;
            const next = bucketMins[i + 1] ?? Number.POSITIVE_INFINITY;
            return inSlot.filter(({ value }) => Number(value) >= min && Number(value) < next);
          });
          assert.deepEqual(
            [...counts],
            expected.map(({ length }) => length),
          );
          assert.deepEqual(
            exemplars.map(({ value }) => value),
            expected
              .filter(({ length }) => length > 0)
              .map((cell) => cell.map(({ value }) => value).reduce((a, b) => (a > b ? a : b)))
              .reverse(),
          );
          from = edge;
        }
        assert.ok(own.every(({ millis }) => millis <= from));
      }
      const counts = groups.map(({ pointCount }) => pointCount);
      assert.deepEqual(
        counts,
        [...counts].sort((a, b) => b - a),
      );
    }),
  );
});
