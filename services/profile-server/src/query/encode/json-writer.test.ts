import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Int64Column } from '@emberscope/profile';
import fc from 'fast-check';
import { createJsonWriter } from './json-writer.ts';

function written(column: Int64Column): string {
  const json = createJsonWriter(1);
  json.int64s(column);
  return new TextDecoder().decode(json.finish());
}

test('a column of any int64', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  fc.assert(
    fc.property(fc.array(int64), (values) => {
      assert.equal(written(BigInt64Array.from(values)), JSON.stringify(values.map(String)));
    }),
  );
});

test('a column of doubles, digits at their edges among them', () => {
  const edges = [
    ...[0, 9, 10, 99, 100, 999, 1000, 9_999, 10_000, 99_999_999, 100_000_000, 100_010_000],
    ...[999_999_999, 1e9, 1e9 + 7, 999_999_999_999, 1e12, 1e15, Number.MAX_SAFE_INTEGER],
  ];
  const narrow = fc.oneof(fc.maxSafeInteger(), fc.nat(2000), fc.constantFrom(...edges));
  fc.assert(
    fc.property(fc.array(narrow), (values) => {
      assert.equal(written(Float64Array.from(values)), JSON.stringify(values.map(String)));
    }),
  );
  assert.equal(written(Float64Array.from(edges)), JSON.stringify(edges.map(String)));
});

test('a column of numbers has no quotes', () => {
  const json = createJsonWriter(1);
  json.numbers(Float64Array.of(0, -7, 9_007_199_254_740_991));
  json.numbers(BigInt64Array.of(-(2n ** 63n), 1n));
  json.numbers(new Float64Array(0));
  const text = new TextDecoder().decode(json.finish());
  assert.equal(text, '[0,-7,9007199254740991][-9223372036854775808,1][]');
});

test('texts as JSON has them, in UTF-8', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
      const json = createJsonWriter(1);
      json.ascii('{"a":');
      json.texts(texts);
      json.ascii('}');
      assert.deepEqual(JSON.parse(new TextDecoder().decode(json.finish())), { a: texts });
    }),
  );
});
