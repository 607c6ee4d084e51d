import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns, sharedFile, sharedMissing } from '@emberscope/test-kit';
import fc from 'fast-check';
import type { Matcher } from './matcher.ts';
import {
  formatSelector,
  parseSelector,
  SELECTOR_MAX_LENGTH,
  SELECTOR_MAX_MATCHERS,
} from './selector.ts';

function draw(matchers: readonly Matcher[]): string {
  return matchers
    .map((m) => `${m.name} ${m.op} ${'value' in m ? m.value : m.pattern.source}`)
    .join(' & ');
}

describe('a selector is read', () => {
  const cases: readonly [source: string, matchers: string][] = [
    ['{}', ''],
    ['{ }', ''],
    ['x', '__name__ = x'],
    [
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds{}',
      '__name__ = process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    ],
    ['sum{by="x"}', '__name__ = sum & by = x'],
    ['{a="b"}', 'a = b'],
    ["{a='b'}", 'a = b'],
    ['{a=`b\\n`}', 'a = b\\n'],
    ['{a!="b",c=~"d",e!~"f"}', 'a != b & c =~ d & e !~ f'],
    ['{a = "b" , }', 'a = b'],
    ['x{a="b"}', '__name__ = x & a = b'],
    ['{"service.version"="1.2"}', 'service.version = 1.2'],
    ['{\'pod\'=~"web"}', 'pod =~ web'],
    ['{"a metric", a="b"}', '__name__ = a metric & a = b'],
    ['{"a"}', '__name__ = a'],
    ['{"a","b"}', '__name__ = a & __name__ = b'],
    ['x{__name__="y"}', '__name__ = x & __name__ = y'],
    ['{a="b",a="c"}', 'a = b & a = c'],
    [' {\n a="b" # why\n, c="d"\t}\r\n# end', 'a = b & c = d'],
    ['{a="\\x61\\u00e9\\U0001f525\\101\\n\\"\\\\"}', 'a = a\u00e9\u{1f525}A\n"\\'],
    ['{a="\\xc3\\xa9"}', 'a = \u00e9'],
    ['{a="\\xef\\xbb\\xbfb"}', 'a = \ufeffb'],
    ["{a='it\\'s \"it\"'}", 'a = it\'s "it"'],
    ['{a="}#,{"}', 'a = }#,{'],
    ['{a=~"(?i)api|[[:alpha:]]+"}', 'a =~ (?i)api|[[:alpha:]]+'],
  ];
  for (const [source, matchers] of cases) {
    test(source, () => {
      const parsed = parseSelector(source);
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason);
      assert.equal(draw(parsed.matchers), matchers);
    });
  }
});

describe('what is no selector says where and why', () => {
  const cases: readonly [source: string, offset: number, reason: RegExp][] = [
    ['', 0, /expected a name or "\{", found the end/],
    [' ', 1, /found the end/],
    ['{', 1, /found the end inside braces/],
    ['}', 0, /unexpected character "}"/],
    ['{a}', 2, /expected one of = != =~ !~, found "}"/],
    ['{a=b}', 3, /expected a quoted value, found the name "b"/],
    ['{a="b"', 6, /expected "," or "}", found the end inside braces/],
    ['{a="b" c="d"}', 7, /expected "," or "}", found the name "c"/],
    ['{a=~"("}', 4, /missing closing \)/],
    ['{a=~"[a"}', 4, /missing closing \]/],
    ['{a=~"(?=b)"}', 4, /\(\?=/],
    ['{a=~"a{1001}"}', 4, /invalid repeat count/],
    ['{="b"}', 1, /expected a label name or "}", found "="/],
    ['{1a="b"}', 1, /unexpected character "1" inside braces/],
    ['{a=="b"}', 3, /expected a quoted value, found "="/],
    ['!bad_syntax!', 0, /unexpected character "!"/],
    ['{a="b"} or {c="d"}', 8, /expected the end, found the name "or"/],
    ['{a="b"}[5m]', 7, /unexpected character "\["/],
    ['{a.b="c"}', 2, /unexpected character "\." inside braces/],
    ["{a='b}", 3, /unterminated quoted string/],
    ['{a="b\nc"}', 3, /unterminated quoted string/],
    ['{a=`b', 3, /unterminated raw string/],
    ['{a="\\q"}', 4, /unknown escape "\\q"/],
    ['{a="\\\'"}', 4, /unknown escape/],
    ['{a="\\u12"}', 4, /needs 4 hexadecimal digits/],
    ['{a="\\ud800"}', 4, /not a Unicode character/],
    ['{a="\\777"}', 4, /more than a byte/],
    ['{a="\\08"}', 4, /three digits/],
    ['{a!"b"}', 2, /unexpected character "!" inside braces/],
    ['{,}', 1, /expected a label name or "}", found ","/],
    ['{a="b",,}', 7, /found ","/],
    ['{"a"=}', 5, /expected a quoted value, found "}"/],
    ['{a:b="c"}', 2, /unexpected character ":" inside braces/],
    ['x y', 2, /expected "\{" or the end, found the name "y"/],
    ['NaN{}', 0, /"NaN" is a number/],
    ['\u{1f525}', 0, /unexpected character "\u{1f525}"/u],
    ['{}{}', 2, /expected the end, found "\{"/],
    [
      `{${'a="b",'.repeat(SELECTOR_MAX_MATCHERS + 1)}}`,
      1 + 6 * SELECTOR_MAX_MATCHERS,
      /more than 256 matchers/,
    ],
    [
      ' '.repeat(SELECTOR_MAX_LENGTH + 1),
      SELECTOR_MAX_LENGTH,
      /65537 characters; the limit is 65536/,
    ],
  ];
  for (const [source, offset, reason] of cases) {
    test(JSON.stringify(source.slice(0, 40)), () => {
      const parsed = parseSelector(source);
      assert.ok(!parsed.ok);
      assert.match(parsed.reason, reason);
      assert.equal(parsed.offset, offset);
    });
  }
});

describe('any selector', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 10 });
  const condition = fc.record(
    {
      name: text.filter((name) => name !== ''),
      op: fc.constantFrom('=' as const, '!=' as const),
      value: text,
    },
    { noNullPrototype: true },
  );

  test('that is printed is read back', () => {
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 5 }), (matchers) => {
        const parsed = parseSelector(formatSelector(matchers));
        assert.ok(parsed.ok);
        assert.deepEqual(parsed.matchers, matchers);
      }),
      fuzzRuns(500, 50_000),
    );
  });

  test('or any text at all is an answer, with a place in the text', () => {
    const noise = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '"',
        "'",
        '`',
        '\\',
        'a',
        '=',
        '~',
        '!',
        ',',
        ' ',
        '#',
        '\n',
        'x1',
        '(',
        '\u{1f525}',
        '\ud800',
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          noise.map((parts) => parts.join('')),
        ),
        (source) => {
          const parsed = parseSelector(source);
          if (!parsed.ok) assert.ok(parsed.offset >= 0 && parsed.offset <= source.length);
        },
      ),
      fuzzRuns(2000, 100_000),
    );
  });
});

describe('what a real server said of selectors', { skip: sharedMissing }, () => {
  type Step = {
    message?: { labelSelector?: string; matchers?: string[] };
    expect?: { status: number };
  };
  const cases = sharedMissing
    ? []
    : ['selectors', 'utf8-labels'].flatMap(
        (area): { name: string; steps: Step[] }[] =>
          JSON.parse(new TextDecoder().decode(sharedFile(`conformance/cases/${area}.json`))).cases,
      );
  for (const { name, steps } of cases) {
    for (const [i, { message, expect }] of steps.entries()) {
      const source = message?.labelSelector ?? message?.matchers?.[0];
      if (source === undefined || expect === undefined || name === 'bad Accept header') continue;
      test(`${name} (step ${i}): ${source} is ${expect.status}`, () => {
        assert.equal(parseSelector(source).ok, expect.status === 200);
      });
    }
  }
});
