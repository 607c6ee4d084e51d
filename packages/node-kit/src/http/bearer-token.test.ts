import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import * as fc from 'fast-check';
import { checkBearerToken, hashToken, type NamedToken } from './bearer-token.ts';

const tokens: readonly NamedToken[] = [
  { name: 'eu-west', sha256: hashToken('alpha-1') },
  { name: 'us-east', sha256: hashToken('beta==') },
  { name: 'eu-west', sha256: hashToken('alpha-2') },
];

describe('checkBearerToken', () => {
  const cases: readonly [header: string | undefined, expected: string][] = [
    [undefined, 'missing'],
    ['', 'missing'],
    ['Bearer alpha-1', 'eu-west'],
    ['bearer alpha-2', 'eu-west'],
    ['BEARER  beta== ', 'us-east'],
    ['Bearer alpha-3', 'unknown'],
    ['Bearer alpha-', 'unknown'],
    ['Bearer alpha-11', 'unknown'],
    ['Bearer Alpha-1', 'unknown'],
    ['Bearer', 'malformed'],
    ['Bearer ', 'malformed'],
    ['Bearer alpha-1 beta', 'malformed'],
    ['Bearer alpha-1, Bearer beta', 'malformed'],
    ['Bearer be=ta', 'malformed'],
    ['Basic alpha-1', 'malformed'],
    ['alpha-1', 'malformed'],
    [`Bearer ${'a'.repeat(5000)}`, 'malformed'],
  ];
  for (const [header, expected] of cases) {
    test(`${header?.slice(0, 40)} is ${expected}`, () => {
      const check = checkBearerToken(header, tokens);
      assert.equal(check.kind === 'known' ? check.name : check.kind, expected);
    });
  }

  test('without any token nothing is known', () => {
    assert.deepEqual(checkBearerToken('Bearer alpha-1', []), { kind: 'unknown' });
  });

  test('no other text is taken for a token', () => {
    void fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!['alpha-1', 'alpha-2', 'beta=='].includes(text.trim()));
        assert.notEqual(checkBearerToken(`Bearer ${text}`, tokens).kind, 'known');
      }),
      fuzzRuns(300, 50_000),
    );
  });
});
