import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { QueryRefused } from '../query-refusal.ts';
import { readQueryParams } from './query-params.ts';

describe('the query of an address', () => {
  test('has values by their names, the first of several', () => {
    const params = readQueryParams('a=1&b=x%20y+z&a=2&c&=e');
    assert.equal(params.get('a'), '1');
    assert.deepEqual(params.getAll('a'), ['1', '2']);
    assert.equal(params.get('b'), 'x y z');
    assert.equal(params.get('c'), '');
    assert.equal(params.get('d'), '');
    assert.deepEqual(params.getAll('d'), []);
  });

  const bad: readonly (readonly [query: string, reason: string])[] = [
    ['a=%zz', 'invalid URL escape "%zz"'],
    ['%2=1', 'invalid URL escape "%2="'],
    ['a=1&b=%', 'invalid URL escape "%"'],
    ['a=1;b=2', 'invalid semicolon separator in query'],
  ];
  for (const [query, reason] of bad) {
    test(`${query} is refused`, () => {
      assert.throws(() => readQueryParams(query), { message: reason });
    });
  }

  test('of any text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => {
        try {
          readQueryParams(query).getAll('a');
        } catch (error) {
          assert.ok(error instanceof QueryRefused);
          assert.equal(error.failure.code, 'invalid_argument');
        }
      }),
      fuzzRuns(2_000, 100_000),
    );
  });
});
