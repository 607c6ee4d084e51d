import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cpuMillisOf, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { type LabelSet, labelSetFromRecord } from './label-set.ts';
import { relabel } from './relabel.ts';
import {
  compileRelabelRule,
  type NameValidation,
  type RelabelConfig,
  type RelabelRule,
} from './relabel-rule.ts';

function rules(
  configs: readonly RelabelConfig[],
  validation: NameValidation = 'legacy',
): RelabelRule[] {
  return configs.map((config) => {
    const compiled = compileRelabelRule(config, validation);
    assert.ok(compiled.ok, compiled.ok ? '' : compiled.reason);
    return compiled.rule;
  });
}

/** `a=1;b=2` as a set; the value of a name alone is `x`. */
function drawn(text: string): LabelSet {
  return labelSetFromRecord(
    Object.fromEntries(
      text.split(';').map((label) => {
        const [name = '', value = 'x'] = label.split(/=(.*)/s);
        return [name, value];
      }),
    ),
  );
}

function draw(set: LabelSet): string {
  return set.labels.map(({ name, value }) => `${name}=${value}`).join(';');
}

const src = (...sourceLabels: string[]) => ({ sourceLabels });
const ABC = 'a=foo;b=bar;c=baz';
const PORTS = '__port1=1234;__port2=5678;__tmp_port=1234';

// The suite of Prometheus's own relabelling, as vectors.
describe('as Prometheus relabels', () => {
  const cases: readonly [
    shows: string,
    input: string,
    rules: RelabelConfig[],
    output: string | undefined,
  ][] = [
    [
      'replace writes what the groups say',
      ABC,
      [{ ...src('a'), regex: 'f(.*)', targetLabel: 'd', replacement: 'ch${1}-ch${1}' }],
      'a=foo;b=bar;c=baz;d=choo-choo',
    ],
    [
      'later rules see earlier ones',
      ABC,
      [
        { ...src('a', 'b'), regex: 'f(.*);(.*)r', targetLabel: 'a', replacement: 'b${1}${2}m' },
        { ...src('c', 'a'), regex: '(b).*b(.*)ba(.*)', targetLabel: 'd', replacement: '$1$2$2$3' },
      ],
      'a=boobam;b=bar;c=baz;d=boooom',
    ],
    [
      'drop ends it',
      'a=foo',
      [
        { ...src('a'), action: 'drop', regex: '.*o.*' },
        { ...src('a'), targetLabel: 'd', replacement: 'x' },
      ],
      undefined,
    ],
    [
      'patterns are anchored as a whole',
      'a=foo',
      [{ ...src('a'), action: 'drop', regex: 'f|o' }],
      'a=foo',
    ],
    [
      'drop without a match keeps',
      'a=foo',
      [{ ...src('a'), action: 'drop', regex: 'no-match' }],
      'a=foo',
    ],
    [
      'keep without a match drops',
      'a=foo',
      [{ ...src('a'), action: 'keep', regex: 'no-match' }],
      undefined,
    ],
    ['keep with a match keeps', 'a=foo', [{ ...src('a'), action: 'keep', regex: 'f.*' }], 'a=foo'],
    [
      'the default replacement is the first group',
      'a=abc',
      [{ ...src('a'), regex: '.*(b).*', targetLabel: 'd' }],
      'a=abc;d=b',
    ],
    [
      'no match writes nothing',
      'a=boo',
      [{ ...src('a'), regex: 'f', targetLabel: 'b', replacement: 'bar' }],
      'a=boo',
    ],
    [
      'an empty result deletes',
      'a=foo;f=baz',
      [{ ...src('a'), regex: '(f).*', targetLabel: '$1', replacement: '$2' }],
      'a=foo',
    ],
    [
      'hashmod',
      'c=baz',
      [{ ...src('c'), action: 'hashmod', targetLabel: 'd', modulus: 1000 }],
      'c=baz;d=976',
    ],
    [
      'hashmod over a newline',
      'a=foo\nbar',
      [{ ...src('a'), action: 'hashmod', targetLabel: 'b', modulus: 1000 }],
      'a=foo\nbar;b=734',
    ],
    [
      'labelmap copies',
      'a=foo;b1=bar;b2=baz',
      [{ action: 'labelmap', regex: '(b.*)', replacement: 'bar_${1}' }],
      'a=foo;b1=bar;b2=baz;bar_b1=bar;bar_b2=baz',
    ],
    [
      'labelmap from a middle group',
      'a=foo;__meta_my_bar=aaa;__meta_my_baz=bbb;__meta_other=ccc',
      [{ action: 'labelmap', regex: '__meta_(my.*)', replacement: '${1}' }],
      '__meta_my_bar=aaa;__meta_my_baz=bbb;__meta_other=ccc;a=foo;my_bar=aaa;my_baz=bbb',
    ],
    [
      'a target made of groups',
      'a=some-name-value',
      [{ ...src('a'), regex: 'some-([^-]+)-([^,]+)', targetLabel: '${1}', replacement: '${2}' }],
      'a=some-name-value;name=value',
    ],
    [
      'a group that is not there deletes an absent label',
      'a=some-name-value',
      [{ ...src('a'), regex: 'some-([^-]+)-([^,]+)', targetLabel: '${1}', replacement: '${3}' }],
      'a=some-name-value',
    ],
    [
      'a target that comes out empty is no target',
      'a=some-name-0',
      [{ ...src('a'), regex: 'some-([^-]+)-([^,]+)', targetLabel: '${3}', replacement: '${1}' }],
      'a=some-name-0',
    ],
    [
      'tags in one value',
      '__meta_sd_tags=path:/secret,job:some-job,label:foo=bar',
      [
        {
          ...src('__meta_sd_tags'),
          regex: '(?:.+,|^)path:(/[^,]+).*',
          targetLabel: '__metrics_path__',
          replacement: '${1}',
        },
        {
          ...src('__meta_sd_tags'),
          regex: '(?:.+,|^)job:([^,]+).*',
          targetLabel: 'job',
          replacement: '${1}',
        },
        {
          ...src('__meta_sd_tags'),
          regex: '(?:.+,|^)label:([^=]+)=([^,]+).*',
          targetLabel: '${1}',
          replacement: '${2}',
        },
      ],
      '__meta_sd_tags=path:/secret,job:some-job,label:foo=bar;__metrics_path__=/secret;foo=bar;job=some-job',
    ],
    [
      'a label dropped and set again',
      'port_name=foo;XXX_port=9091',
      [
        { action: 'labeldrop', regex: '^port_name$' },
        { ...src('XXX_port'), regex: '(.+)', targetLabel: 'port_name', replacement: 'metrics' },
        { ...src('port_name'), action: 'keep', regex: '^metrics$' },
      ],
      'XXX_port=9091;port_name=metrics',
    ],
    ['labelkeep', 'a=1;b1=2;b2=3', [{ action: 'labelkeep', regex: '(b.*)' }], 'b1=2;b2=3'],
    ['labeldrop', 'a=1;b1=2;b2=3', [{ action: 'labeldrop', regex: '(b.*)' }], 'a=1'],
    [
      'upper and lower case',
      'foo=bAr123Foo',
      [
        { ...src('foo'), action: 'uppercase', targetLabel: 'foo_uppercase' },
        { ...src('foo'), action: 'lowercase', targetLabel: 'foo_lowercase' },
      ],
      'foo=bAr123Foo;foo_lowercase=bar123foo;foo_uppercase=BAR123FOO',
    ],
    [
      'keepequal keeps',
      PORTS,
      [{ ...src('__tmp_port'), action: 'keepequal', targetLabel: '__port1' }],
      PORTS,
    ],
    [
      'keepequal drops',
      PORTS,
      [{ ...src('__tmp_port'), action: 'keepequal', targetLabel: '__port2' }],
      undefined,
    ],
    [
      'dropequal drops',
      PORTS,
      [{ ...src('__tmp_port'), action: 'dropequal', targetLabel: '__port1' }],
      undefined,
    ],
    [
      'dropequal keeps',
      PORTS,
      [{ ...src('__tmp_port'), action: 'dropequal', targetLabel: '__port2' }],
      PORTS,
    ],
    [
      'a named group',
      'a=foo-bar',
      [
        {
          ...src('a'),
          regex: '(?P<first>\\w+)-(\\w+)',
          targetLabel: 'b',
          replacement: '${first}/$2',
        },
      ],
      'a=foo-bar;b=foo/bar',
    ],
    [
      'several names mapped to one: the last counts',
      'a1=foo;a2=bar',
      [{ action: 'labelmap', regex: 'a.', replacement: 'b' }],
      'a1=foo;a2=bar;b=bar',
    ],
    [
      'case maps character by character',
      'a=straße',
      [{ ...src('a'), action: 'uppercase', targetLabel: 'b' }],
      'a=straße;b=STRAßE',
    ],
    [
      'the dotted capital I has one small letter',
      'a=\u0130x',
      [{ ...src('a'), action: 'lowercase', targetLabel: 'b' }],
      'a=\u0130x;b=ix',
    ],
    [
      'dotted names are read and dropped',
      'otel.scope.name=x;a=1',
      [
        { ...src('otel.scope.name'), targetLabel: 'b' },
        { action: 'labeldrop', regex: 'otel\\..*' },
      ],
      'a=1;b=x',
    ],
    [
      'an absent source still has its separator',
      'a=1',
      [{ ...src('env', 'region'), targetLabel: 'b', regex: '(;)' }],
      'a=1;b=;',
    ],
    ['nothing left is dropped', 'a=1', [{ action: 'labeldrop', regex: '.*' }], undefined],
  ];
  for (const [shows, input, configs, output] of cases) {
    test(shows, () => {
      const result = relabel(drawn(input), rules(configs));
      assert.equal(result.kind === 'kept' ? draw(result.labelSet) : undefined, output);
    });
  }
});

test('who dropped a set is told', () => {
  const dropping = rules([
    { ...src('a'), action: 'keep', regex: '1' },
    { ...src('a'), action: 'drop', regex: '1' },
  ]);
  assert.deepEqual(relabel(drawn('a=1'), dropping), { kind: 'dropped', ruleIndex: 1 });
  assert.deepEqual(relabel(drawn('a=1'), rules([{ action: 'labeldrop', regex: 'a' }])), {
    kind: 'dropped',
    ruleIndex: undefined,
  });
});

describe('hashmod: the last eight bytes of MD5, big endian', () => {
  const cases: readonly [value: string, modulus: bigint, bucket: string][] = [
    ['', 10n, '8'],
    ['a;b', 8n, '2'],
    ['prod', 2n, '1'],
    ['dev', 2n, '0'],
    ['node-app', 10n, '1'],
    ['checkout;10.0.0.1:5000', 4n, '0'],
    ['10.132.183.40:80', 3n, '1'],
    ...['1', '2', '0', '1', '1', '0'].map((b, i): [string, bigint, string] => [`svc-${i}`, 3n, b]),
    ['x', 1n, '0'],
    ['x', 2n ** 63n, '8487128391145514918'],
    ['x', 18446744073709551615n, '17710500428000290726'],
  ];
  for (const [value, modulus, bucket] of cases) {
    test(`"${value}" mod ${modulus} is ${bucket}`, () => {
      const hashing = rules([{ ...src('v'), action: 'hashmod', targetLabel: 'h', modulus }]);
      const result = relabel(labelSetFromRecord({ v: value, other: 'x' }), hashing);
      assert.ok(result.kind === 'kept');
      assert.equal(result.labelSet.labels.find(({ name }) => name === 'h')?.value, bucket);
    });
  }
});

describe('a rule that is wrong says which field and why', () => {
  const cases: readonly [config: RelabelConfig, field: string, reason: RegExp][] = [
    [{ action: 'nope' }, 'action', /unrecognized action type "nope"/],
    [{ action: '' }, 'action', /unrecognized action type ""/],
    [{ action: 'hashmod', targetLabel: 'a' }, 'modulus', /needs a modulus/],
    [{ action: 'hashmod', targetLabel: 'a', modulus: 1.5 }, 'modulus', /1\.5/],
    [{ action: 'hashmod', targetLabel: 'a', modulus: -1 }, 'modulus', /-1/],
    [
      { action: 'hashmod', targetLabel: 'a', modulus: 2n ** 64n },
      'modulus',
      /18446744073709551616/,
    ],
    ...['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'].map(
      (action): [RelabelConfig, string, RegExp] => [
        { action, modulus: action === 'hashmod' ? 1 : 0 },
        'targetLabel',
        /needs a target label/,
      ],
    ),
    [{ action: 'lowercase', targetLabel: '${3}' }, 'targetLabel', /"\$\{3\}"/],
    [
      { action: 'uppercase', targetLabel: 'a', replacement: 'x' },
      'replacement',
      /takes no replacement/,
    ],
    [{ action: 'labelmap', replacement: 'foo-$1' }, 'replacement', /"foo-\$1"/],
    [{ action: 'labeldrop', sourceLabels: ['a'] }, 'sourceLabels', /nothing but a regex/],
    [{ action: 'labelkeep', targetLabel: 'a' }, 'targetLabel', /nothing but a regex/],
    [{ action: 'labelkeep', separator: ',' }, 'separator', /nothing but a regex/],
    [{ action: 'labelkeep', replacement: 'x' }, 'replacement', /nothing but a regex/],
    [{ action: 'labelkeep', modulus: 2 }, 'modulus', /nothing but a regex/],
    [{ action: 'keepequal', targetLabel: 'a', regex: 'x' }, 'regex', /takes no regex/],
    [{ action: 'keepequal', targetLabel: 'a', modulus: 2 }, 'modulus', /takes no modulus/],
    [{ action: 'dropequal', targetLabel: 'a', separator: ',' }, 'separator', /takes no separator/],
    [{ action: 'dropequal', targetLabel: 'a', replacement: 'x' }, 'replacement', /no replacement/],
    [{ action: 'keep', regex: '(' }, 'regex', /missing closing \)/],
    [{ action: 'keep', regex: '(?=a)' }, 'regex', /\(\?=/],
    [{ action: 'keep', regex: '(a)\\1' }, 'regex', /\\1/],
    [
      { action: 'keep', regex: 'a'.repeat(20_000) },
      'regex',
      /20000 characters; the limit is 16384/,
    ],
  ];
  for (const [config, field, reason] of cases) {
    test(
      JSON.stringify(config, (_, v) => (typeof v === 'bigint' ? `${v}` : v)).slice(0, 80),
      () => {
        const compiled = compileRelabelRule(config, 'legacy');
        assert.ok(!compiled.ok);
        assert.equal(compiled.field, field);
        assert.match(compiled.reason, reason);
      },
    );
  }
});

describe('targets of replace', () => {
  const valid = [
    'label',
    'label${1}',
    '${1}label',
    '${1}',
    '$1',
    'asd$2asd',
    '_${1}_',
    'foo${bar}foo',
  ];
  const invalid = [
    '-label',
    '${',
    '$',
    '${}',
    'foo${',
    '-foo${1}bar-',
    '0${3}',
    '-${3}',
    'otel.scope.name',
  ];
  for (const targetLabel of [...valid, ...invalid]) {
    const isValid = valid.includes(targetLabel);
    test(`${targetLabel} is ${isValid ? '' : 'in'}valid`, () => {
      assert.equal(compileRelabelRule({ targetLabel }, 'legacy').ok, isValid);
    });
  }
  test('under the UTF-8 rule a dotted name is one', () => {
    const renaming = rules([{ ...src('a'), targetLabel: 'otel.scope.name' }], 'utf8');
    const result = relabel(drawn('a=1'), renaming);
    assert.equal(result.kind === 'kept' && draw(result.labelSet), 'a=1;otel.scope.name=1');
  });
  test('a long target is judged at once', { timeout: 20_000 }, () => {
    assert.ok(!compileRelabelRule({ targetLabel: `${'a'.repeat(10_000)}-` }, 'legacy').ok);
  });
});

test('actions are taken in any case', () => {
  assert.ok(compileRelabelRule({ action: 'LabelDrop', regex: 'a' }, 'legacy').ok);
});

test('thousands of labels are mapped at once', { timeout: 20_000 }, () => {
  const names = Array.from({ length: 5000 }, (_, i) => `l${i}`);
  const set = labelSetFromRecord(Object.fromEntries(names.map((name) => [name, 'x'])));
  const [rule] = rules([{ action: 'labelmap', regex: 'l(.*)', replacement: 'm$1' }]);
  assert.ok(rule !== undefined);
  const cpuMillis = cpuMillisOf(() => {
    const result = relabel(set, [rule]);
    assert.equal(result.kind === 'kept' && result.labelSet.labels.length, 10_000);
  });
  assert.ok(cpuMillis < 1500, `${cpuMillis} ms`);
});

test('the same labels give the same result, whatever came before', () => {
  const [rule] = rules([{ ...src('a'), regex: '(f).*', targetLabel: 'b' }]);
  assert.ok(rule !== undefined);
  const first = relabel(drawn('a=foo'), [rule]);
  relabel(drawn('a=bar'), [rule]);
  assert.deepEqual(relabel(drawn('a=foo'), [rule]), first);
});

test('any rule over any labels: an answer', () => {
  const text = fc.string({ maxLength: 12 });
  const config = fc.record(
    {
      action: fc.constantFrom(
        'replace',
        'keep',
        'labelmap',
        'hashmod',
        'lowercase',
        'labeldrop',
        'x',
      ),
      sourceLabels: fc.array(text, { maxLength: 3 }),
      separator: text,
      regex: text,
      targetLabel: text,
      replacement: text,
      modulus: fc.integer({ min: -1, max: 9 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(config, fc.dictionary(text, text, { maxKeys: 5 }), (drawnConfig, labels) => {
      const compiled = compileRelabelRule(drawnConfig, 'utf8');
      if (compiled.ok) relabel(labelSetFromRecord(labels), [compiled.rule]);
    }),
    fuzzRuns(500, 100_000),
  );
});
