import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelSetFromRecord } from './label-set.ts';
import { matchesAll } from './matcher.ts';
import { parseSelector } from './selector.ts';

const API = { pod: 'api', env: 'eu' };

describe('a set passes when all its conditions hold; an absent label is the empty string', () => {
  const cases: readonly [selector: string, passes: boolean][] = [
    ['{}', true],
    ['{pod="api"}', true],
    ['{pod="web"}', false],
    ['{pod!="web"}', true],
    ['{pod=~"a.*",env="eu"}', true],
    ['{pod=~"a.*",env="us"}', false],
    ['{pod!~"a.*"}', false],
    ['{x=""}', true],
    ['{x!=""}', false],
    ['{x!="y"}', true],
    ['{x=~".*"}', true],
    ['{x=~".+"}', false],
    ['{x!~".+"}', true],
    ['{pod="api",pod="web"}', false],
  ];
  for (const [selector, passes] of cases) {
    test(selector, () => {
      const parsed = parseSelector(selector);
      assert.ok(parsed.ok);
      assert.equal(matchesAll(parsed.matchers, labelSetFromRecord(API)), passes);
    });
  }
});
