import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createInt64ColumnBuilder,
  int64At,
  isWide,
  sumInt64,
  sumsStayNarrow,
} from './int64-column.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test('a column turns wide at the first value that a double cannot hold, and not before', () => {
  const column = (values: bigint[]) => {
    const builder = createInt64ColumnBuilder(1);
    for (const value of values) builder.push(value);
    return builder.finish();
  };
  assert.ok(!isWide(column([2n ** 53n - 1n, -(2n ** 53n) + 1n])));
  assert.ok(isWide(column([1n, 2n ** 53n, 2n])));
  fc.assert(
    fc.property(fc.array(int64), (values) => {
      const built = column(values);
      assert.deepEqual(
        values.map((_, row) => int64At(built, row)),
        values,
      );
      assert.equal(
        sumInt64(built),
        values.reduce((sum, value) => sum + value, 0n),
      );
    }),
  );
});

test('sums are narrow only when no order of adding can pass 2^53', () => {
  const max = Number.MAX_SAFE_INTEGER;
  assert.ok(sumsStayNarrow(Float64Array.of(max)));
  assert.ok(!sumsStayNarrow(Float64Array.of(max, 1)));
  assert.ok(!sumsStayNarrow(Float64Array.of(max, -max)));
  assert.ok(!sumsStayNarrow(Float64Array.of(max), Float64Array.of(1)));
  assert.equal(sumInt64(Float64Array.of(max, max, 1)), 2n ** 54n - 1n);
});
