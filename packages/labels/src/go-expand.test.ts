import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { expandTemplate } from './go-expand.ts';

const GROUPS = {
  byNumber: ['foo-bar', 'foo', 'bar', undefined],
  byName: new Map([
    ['first', 'foo'],
    ['__proto__', 'bar'],
    ['absent', undefined],
  ]),
};

// What Go's regexp.Expand gives for (?P<first>foo)-(bar) on foo-bar.
describe('a template is filled as Go fills it', () => {
  const cases: readonly [template: string, text: string][] = [
    ['$1x', ''],
    ['${__proto__}', 'bar'],
    ['${constructor}', ''],
    ['$1_$2', 'bar'],
    ['${1}_${2}', 'foo_bar'],
    ['$3', ''],
    ['$4', ''],
    ['$99999999999', ''],
    ['$0', 'foo-bar'],
    ['$$1', '$1'],
    ['$$$1', '$foo'],
    ['$', '$'],
    ['a$', 'a$'],
    ['${', '${'],
    ['${}', '${}'],
    ['$-', '$-'],
    ['${1', '${1'],
    ['${1-}', '${1-}'],
    ['$&', '$&'],
    ['$`', '$`'],
    ["$'", "$'"],
    ['$01', ''],
    ['${01}', ''],
    ['${first}', 'foo'],
    ['$first', 'foo'],
    ['${absent}', ''],
    ['${nope}', ''],
    ['${constructor}', ''],
    ['x${1}y$2-z', 'xfooybar-z'],
    ['', ''],
  ];
  for (const [template, text] of cases) {
    test(JSON.stringify(template), () => assert.equal(expandTemplate(template, GROUPS), text));
  }
});

test('any template without a dollar is itself', () => {
  fc.assert(
    fc.property(fc.string(), (template) => {
      const plain = template.replaceAll('$', '');
      assert.equal(expandTemplate(plain, GROUPS), plain);
      expandTemplate(template, GROUPS);
    }),
    fuzzRuns(500, 50_000),
  );
});
