import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { parseIngestName } from './ingest-name.ts';

describe('a name and its tags', () => {
  const cases: readonly [text: string, application: string, tags: Record<string, string>][] = [
    ['app', 'app', {}],
    ['  app  ', 'app', {}],
    ['app{}', 'app', {}],
    ['app{', 'app', {}],
    ['a/b_c-d.cpu', 'a/b_c-d.cpu', {}],
    [
      'app{region=eu,pod=p=1, space = x y ,empty=,a.b=c}',
      'app',
      { region: 'eu', pod: 'p=1', space: 'x y', empty: '', 'a.b': 'c' },
    ],
    ['app{a=b', 'app', {}],
    ['app{a=b,c=d', 'app', { a: 'b' }],
    ['app{a=b,c}', 'app', { a: 'b' }],
    ['app{a=b}zzz', 'app', { a: 'b' }],
    ['app{a=1,a=2}', 'app', { a: '2' }],
    ['app{__name__=other,x=y}', 'other', { x: 'y' }],
    ['app{a={b}', 'app', { a: '{b' }],
    [
      'lab{process.runtime.name=nodejs,otel.scope.name=com.grafana.pyroscope/nodejs}',
      'lab',
      { 'process.runtime.name': 'nodejs', 'otel.scope.name': 'com.grafana.pyroscope/nodejs' },
    ],
  ];
  for (const [text, application, tags] of cases) {
    test(text, () => {
      const parsed = parseIngestName(text);
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason);
      assert.equal(parsed.name.application, application);
      assert.deepEqual(Object.fromEntries(parsed.name.tags), tags);
    });
  }
});

describe('a bad name says what is wrong with it', () => {
  const cases: readonly [text: string, reason: string][] = [
    ['', 'name: service name is required'],
    ['{a=b}', 'name: service name is required'],
    ['a b', "name: invalid service name: a b: character is not allowed: ' '"],
    ['caf\u00e9', "name: invalid service name: caf\u00e9: character is not allowed: '\u00e9'"],
    ['\u{1f525}', "name: invalid service name: \u{1f525}: character is not allowed: '\u{1f525}'"],
    ['x{=b}', 'name: label name is required'],
    ['x{a b=c}', "name: invalid label name: a b: character is not allowed: ' '"],
    ['x{a,b=c}zzz', "name: invalid label name: a,b: character is not allowed: ','"],
    ['x{a-b=c}', "name: invalid label name: a-b: character is not allowed: '-'"],
    ['a'.repeat(70_000), 'name: 70000 characters; the limit is 65536'],
  ];
  for (const [text, reason] of cases) {
    test(text.slice(0, 40), () => {
      const parsed = parseIngestName(text);
      assert.ok(!parsed.ok);
      assert.equal(parsed.reason, reason);
    });
  }
});

test('any text is an answer', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, tags) => {
      parseIngestName(name);
      parseIngestName(`app{${tags}`);
    }),
    fuzzRuns(500, 100_000),
  );
});
