import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cpuMillisOf, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expandSimplePattern } from './simple-pattern.ts';
import { compileValuePattern } from './value-pattern.ts';

function matches(source: string, value: string): boolean {
  const compiled = compileValuePattern(source);
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.reason);
  return compiled.pattern.matches(value);
}

describe('the whole value has to match', () => {
  const cases: readonly [source: string, value: string, isMatch: boolean][] = [
    ['api', 'api', true],
    ['api', 'api2', false],
    ['a|b', 'b', true],
    ['api|we', 'web', false],
    ['', '', true],
    ['', 'a', false],
    ['|web', '', true],
    ['.*', '', true],
    ['.+', '', false],
    ['.+', '\n', true],
    ['.', '\n', true],
    ['.', '\u{1f525}', true],
    ['.+.+', '\u{1f525}', false],
    ['.+.*', '', false],
    ['x.*', 'x', true],
    ['x.+', 'x', false],
    ['.*x', 'yx', true],
    ['.+x', 'x', false],
    ['.+x.+', 'axa', true],
    ['.+x.+', 'xa', false],
    ['.+x.+', 'xxa', true],
    ['.*x.*', 'x', true],
    ['^api$', 'api', true],
    ['(?i)api', 'API', true],
    ['[[:alpha:]]+', 'abc', true],
    ['\\pL+', 'é', true],
    ['a{1,2}pi', 'aapi', true],
    ['(?P<n>api)', 'api', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['a\\.b', 'axb', false],
    ['pre-(a|b|(?:c|d))-post', 'pre-d-post', true],
    ['api.*?', 'api-1', true],
  ];
  for (const [source, value, isMatch] of cases) {
    test(`${source} on ${JSON.stringify(value)}: ${isMatch}`, () => {
      assert.equal(matches(source, value), isMatch);
    });
  }
});

describe('simple patterns are listed', () => {
  const cases: readonly [source: string, listed: string | undefined][] = [
    ['a|b', 'a, b'],
    ['x(a|b)y', 'xay, xby'],
    ['.*', '*'],
    ['.+x', '+x'],
    ['a.*', 'a*'],
    ['(.*-)?x', undefined],
    ['a.b', undefined],
    ['a.*b', undefined],
    ['a*', undefined],
    ['[ab]', undefined],
    ['(?i)a', undefined],
    ['a)', undefined],
    ['(a', undefined],
    ['\\d', undefined],
    ['\\', undefined],
    ['a\\+b', 'a+b'],
    ['(a|b)'.repeat(10), undefined],
    [`${'('.repeat(40)}a${')'.repeat(40)}`, undefined],
  ];
  const mark = { nothing: '', anything: '*', something: '+' };
  for (const [source, listed] of cases) {
    test(source, () => {
      const found = expandSimplePattern(source)
        ?.map(({ before, text, after }) => `${mark[before]}${text}${mark[after]}`)
        .join(', ');
      assert.equal(found, listed);
    });
  }
  test('literals alone are a set that an index can look up', () => {
    const compiled = compileValuePattern('a|b(c|d)');
    assert.deepEqual(compiled.ok && [...(compiled.pattern.literals ?? [])], ['a', 'bc', 'bd']);
  });
});

describe('what RE2 refuses is an answer', () => {
  for (const source of [
    '(',
    '*',
    '[z-a]',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(a)\\1',
    'a{1001}',
    'a**',
    '\\8',
    '(?P<n>a)(?P<n>b)',
  ]) {
    test(source, () => {
      const compiled = compileValuePattern(source);
      assert.ok(!compiled.ok);
      assert.match(compiled.reason, /error parsing regexp/);
    });
  }
  test('a pattern over the limit', () => {
    const compiled = compileValuePattern('a'.repeat(20_000));
    assert.match(compiled.ok ? '' : compiled.reason, /20000 characters; the limit is 16384/);
  });
  for (const [shows, source] of [
    ['repetition of a few steps', '.{0,1000}'.repeat(20)],
    ['repetition of many steps', `(${'[a]'.repeat(100)}){300}`],
    ['more repetition than is worth compiling', '(x{999}y?)*'.repeat(1000)],
  ] as const) {
    test(`${shows}: more steps than a value can be held against`, () => {
      const cpuMillis = cpuMillisOf(() => {
        const compiled = compileValuePattern(source);
        assert.match(compiled.ok ? '' : compiled.reason, /of \d+ steps.*; the limit is 20000/);
      });
      assert.ok(cpuMillis < 1500, `${cpuMillis} ms`);
    });
  }
  test('as many steps as a long pattern has are none too many', () => {
    assert.equal(matches('[a]?'.repeat(4096), 'aaa'), true);
  });
});

describe('a long pattern is compiled at once', () => {
  const cases: readonly [shows: string, source: string, value: string][] = [
    ['a long text', 'x'.repeat(16_000), 'x'.repeat(16_000)],
    [
      'groups before a long text',
      `${'(a|b)'.repeat(9)}${'x'.repeat(8000)}`,
      `ababababa${'x'.repeat(8000)}`,
    ],
    [
      'a long text before groups',
      `${'x'.repeat(8000)}${'(a|b)'.repeat(9)}`,
      `${'x'.repeat(8000)}ababababa`,
    ],
    ['many small groups', '(a)'.repeat(5000), 'a'.repeat(5000)],
  ];
  for (const [shows, source, value] of cases) {
    test(shows, { timeout: 20_000 }, () => {
      const cpuMillis = cpuMillisOf(() => assert.equal(matches(source, value), true));
      assert.ok(cpuMillis < 1000, `${cpuMillis} ms`);
    });
  }
});

test('what would hang a backtracking engine does not', { timeout: 20_000 }, () => {
  assert.equal(matches('(a+)+$', `${'a'.repeat(5000)}!`), false);
});

test('the quick way agrees with RE2 on any pattern and value', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    'ab',
    '.*',
    '.+',
    '|',
    '(',
    ')',
    '(?:',
    '\\.',
    '-',
    '.',
    '\u{1f525}',
    '?',
    '*',
  );
  const source = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
  const value = fc
    .array(fc.constantFrom('a', 'b', '.', '-', '\n', '\u{1f525}'), { maxLength: 5 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(source, value, (drawnSource, drawnValue) => {
      const compiled = compileValuePattern(drawnSource);
      let oracle: RE2JS | undefined;
      try {
        oracle = RE2JS.compile(drawnSource, RE2JS.DOTALL);
      } catch {}
      assert.equal(compiled.ok, oracle !== undefined);
      if (compiled.ok && oracle !== undefined) {
        assert.equal(compiled.pattern.matches(drawnValue), oracle.testExact(drawnValue));
      }
    }),
    fuzzRuns(3000, 200_000),
  );
});
