import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { EdgeTable } from './edge-table.ts';
import { IdTable } from './id-table.ts';

describe('an edge table', () => {
  const int32 = fc.oneof(fc.integer({ min: -2, max: 9 }), fc.integer());

  test('numbers pairs in order of arrival, and knows them again', () => {
    const table = new EdgeTable();
    fc.assert(
      fc.property(fc.array(fc.tuple(int32, int32), { maxLength: 60 }), (pairs) => {
        table.clear();
        const rows = new Map<string, number>();
        for (const [parent, label] of pairs) {
          const key = `${parent} ${label}`;
          assert.equal(table.find(parent, label), rows.get(key) ?? -1);
          if (!rows.has(key)) rows.set(key, rows.size);
          assert.equal(table.intern(parent, label), rows.get(key));
        }
        assert.equal(table.length, rows.size);
      }),
      fuzzRuns(300, 20_000),
    );
  });

  test('grows, is cleared and grows again', () => {
    const table = new EdgeTable();
    for (const count of [3000, 200_000, 10, 5000]) {
      table.clear();
      for (let i = 0; i < count; i++) assert.equal(table.intern(i % 7, i), i);
      for (let i = 0; i < count; i++) assert.equal(table.find(i % 7, i), i);
      assert.equal(table.find(0, count + 7), -1);
    }
  });
});

describe('an id table', () => {
  const half = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer());
  const binding = fc.record({ low: half, high: half, row: fc.integer({ min: -1, max: 50 }) });

  test('holds what a map holds, whichever ids count as small', () => {
    const table = new IdTable();
    fc.assert(
      fc.property(
        fc.array(binding, { maxLength: 40 }),
        fc.constantFrom(0, 5, 1024, 100_000),
        (bindings, maxDense) => {
          table.clear();
          const rows = new Map<string, number>();
          for (const { low, high, row } of bindings) {
            table.set(low, high, row, maxDense);
            rows.set(`${low} ${high}`, row);
          }
          for (const { low, high } of bindings) {
            assert.equal(table.get(low, high), rows.get(`${low} ${high}`));
          }
          for (let low = 0; low < 12; low++) {
            assert.equal(table.get(low, 0), rows.get(`${low} 0`) ?? -1);
          }
        },
      ),
      fuzzRuns(300, 20_000),
    );
  });

  test('forgets ids when it is cleared', () => {
    const table = new IdTable();
    for (const low of [1, 90_000, 2 ** 31 - 1]) table.set(low, 0, 7, 100_000);
    table.set(1, 1, 7, 100_000);
    table.clear();
    for (const low of [1, 90_000, 2 ** 31 - 1]) assert.equal(table.get(low, 0), -1);
    assert.equal(table.get(1, 1), -1);
  });
});
