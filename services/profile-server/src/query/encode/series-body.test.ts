import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toJsonString } from '@bufbuild/protobuf';
import { SelectSeriesResponseSchema } from '@emberscope/protocol/querier';
import fc from 'fast-check';
import type { BucketedSeries } from '../../store/answers.ts';
import { seriesMessage } from '../querier/select-series.ts';
import { seriesBody } from './series-body.ts';

const label = fc.record({
  name: fc.string({ unit: 'grapheme' }),
  value: fc.string({ unit: 'grapheme' }),
});
const value = fc.oneof(fc.constantFrom(0, 1, 1e15), fc.maxSafeInteger());
const edge = fc.oneof(fc.constantFrom(0, -1), fc.integer({ min: -1, max: 2_000_000_000_000 }));
const series = fc
  .record({
    labels: fc.array(label, { maxLength: 3 }),
    points: fc.array(fc.record({ value, edge }), { maxLength: 5 }),
    isWide: fc.boolean(),
  })
  .map(({ labels, points, isWide }): BucketedSeries => {
    const values = points.map((point) => point.value);
    return {
      labels,
      length: points.length,
      edgeMillis: Float64Array.from(points, (point) => point.edge),
      value: isWide ? BigInt64Array.from(values, BigInt) : Float64Array.from(values),
      profileCount: new Int32Array(points.length).fill(1),
      exemplars: [],
    };
  });

test('series as JSON are what the library writes', () => {
  fc.assert(
    fc.property(fc.array(series, { maxLength: 3 }), (all) => {
      const body = seriesBody(all, (each) => each.map(seriesMessage));
      const message = create(SelectSeriesResponseSchema, { series: all.map(seriesMessage) });
      assert.equal(
        new TextDecoder().decode(body.toJson()),
        toJsonString(SelectSeriesResponseSchema, message),
      );
    }),
  );
});
