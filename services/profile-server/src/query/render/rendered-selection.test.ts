import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { QueryRefused } from '../query-refusal.ts';
import { CPU, NOW, NOW_MILLIS } from '../testing/asked-store.ts';
import { readQueryParams } from './query-params.ts';
import { readSelection } from './rendered-selection.ts';

const NAMES = { query: 'leftQuery', from: 'leftFrom', until: 'leftUntil' };

function read(params: Readonly<Record<string, string>>) {
  const query = new URLSearchParams({ leftQuery: CPU, ...params }).toString();
  return readSelection(readQueryParams(query), NAMES, NOW_MILLIS);
}

describe('one side of a picture', () => {
  const queries: readonly (readonly [query: string, selector: string])[] = [
    [CPU, '{}'],
    [`${CPU}{}`, '{}'],
    [`${CPU}{a="b",c!~"d|e", "f.g"=~'x'}`, '{a="b", c!~"d|e", "f.g"=~"x"}'],
    [`{__name__="${CPU}",a!=""}`, '{a!=""}'],
    [`{"${CPU}"}`, '{}'],
    [`{__name__="no type",__name__="${CPU}"}`, '{}'],
    [`{__name__=~"${CPU}"}`, '{}'],
  ];
  for (const [query, selector] of queries) {
    test(`${query} is a type and ${selector}`, () => {
      const { profileType, labelSelector } = read({ leftQuery: query });
      assert.equal(profileType.id, CPU);
      assert.equal(labelSelector, selector);
    });
  }

  const bad: readonly (readonly [query: string, reason: RegExp])[] = [
    ['', /^"leftQuery" is required$/],
    ['{}', /^"leftQuery" must contain a profile-type selection$/],
    ['{a="b"}', /^"leftQuery" must contain a profile-type selection$/],
    ['cpu', /^failed to parse "leftQuery"$/],
    ['a:b:c:d', /^failed to parse "leftQuery"$/],
    [`${CPU}{`, /^failed to parse "leftQuery": 1:45: parse error: ./],
    [`${CPU}{a=~"("}`, /^failed to parse "leftQuery": 1:\d+: parse error: ./],
  ];
  for (const [query, reason] of bad) {
    test(`${query} is refused`, () => {
      assert.throws(() => read({ leftQuery: query }), { message: reason });
    });
  }

  const times: readonly (readonly [text: string, millis: bigint])[] = [
    ['', NOW],
    ['now', NOW],
    ['now-1h30m', NOW - 5_400_000n],
    ['nonsense', NOW],
    ['0', 0n],
    ['1795521600', NOW],
    ['1795521600123', NOW + 123n],
    ['1795521600123456', NOW + 123n],
    ['1795521600123999999', NOW + 123n],
    ['20261124', NOW - 12n * 3_600_000n],
  ];
  for (const [text, millis] of times) {
    test(`a time of ${JSON.stringify(text)}`, () => {
      const { start, end } = read({ leftFrom: text, leftUntil: text });
      assert.deepEqual([start, end], [millis, millis]);
    });
  }

  const nodes: readonly (readonly [maxNodes: string, dashed: string, expected: bigint])[] = [
    ['7', '', 7n],
    ['', '7', 7n],
    ['7', '8', 7n],
    ['0', '8', 8n],
    ['x', '8', 8n],
    ['7.5', '', 0n],
    ['1e3', '', 0n],
    ['+7', '', 7n],
    ['-1', '', -1n],
    ['9223372036854775807', '', 9_223_372_036_854_775_807n],
    ['9223372036854775808', '', 0n],
    ['9'.repeat(40), '', 0n],
  ];
  for (const [maxNodes, dashed, expected] of nodes) {
    test(`maxNodes=${maxNodes} and max-nodes=${dashed} are ${expected}`, () => {
      assert.equal(read({ maxNodes, 'max-nodes': dashed }).maxNodes, expected);
    });
  }

  test('of any text is read or refused', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc
        .array(
          fc.constantFrom(CPU, '{', '}', 'a', '=', '=~', '"', '"b"', ',', '`', '\\', '-1h', '9'),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, text, text, (leftQuery, leftFrom, maxNodes) => {
        try {
          read({ leftQuery, leftFrom, maxNodes });
        } catch (error) {
          assert.ok(error instanceof QueryRefused);
          assert.match(error.message, /"leftQuery"/);
        }
      }),
      fuzzRuns(2_000, 100_000),
    );
  });
});
