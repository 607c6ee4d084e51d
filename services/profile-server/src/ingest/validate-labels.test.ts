import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingestLimits } from '../settings.ts';
import { settingsOf } from '../testing/running-server.ts';
import { validateLabels } from './validate-labels.ts';

const limits = ingestLimits(settingsOf({}));
const base = { __name__: 'process_cpu', service_name: 'shop' };

const labelsOf = (record: Readonly<Record<string, string>>) =>
  Object.entries(record)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const refused: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
  ['no name', { service_name: 'shop' }, 'invalid_labels', 'invalid metric name'],
  ['no service', { __name__: 'wall' }, 'missing_labels', 'service name is not provided'],
  ['a name of no characters', { ...base, '': 'v' }, 'invalid_labels', "invalid label name ''"],
  ['half a pair', { ...base, '\ud800': 'v' }, 'invalid_labels', 'invalid label name'],
  [
    'a long name',
    { ...base, ['n'.repeat(1025)]: 'v' },
    'label_name_too_long',
    'has label name too long',
  ],
  [
    'a long value, in bytes',
    { ...base, a: 'é'.repeat(1025) },
    'label_value_too_long',
    'has label value too long',
  ],
];

for (const [title, record, cause, words] of refused) {
  test(`labels with ${title} are refused as ${cause}`, () => {
    const valid = validateLabels(labelsOf(record), limits);
    assert.ok(!valid.ok);
    assert.equal(valid.refusal.cause, cause);
    assert.match(valid.refusal.reason, new RegExp(words.replace(/[()]/g, '.')));
  });
}

test('the number of labels is limited, and the reason names both', () => {
  const many = Object.fromEntries(Array.from({ length: 29 }, (_, i) => [`l${i + 10}`, 'v']));
  const valid = validateLabels(labelsOf({ ...base, ...many }), limits);
  assert.ok(!valid.ok);
  assert.match(valid.refusal.reason, /has 31 label names; limit 30$/);
  const { l38: _, ...fewer } = many;
  assert.ok(validateLabels(labelsOf({ ...base, ...fewer }), limits).ok);
});

test('a name that comes twice is refused, whatever its values', () => {
  const labels = [...labelsOf(base), { name: 'a', value: '1' }, { name: 'a', value: '1' }];
  const valid = validateLabels(
    labels.sort((a, b) => (a.name < b.name ? -1 : 1)),
    limits,
  );
  assert.ok(!valid.ok && valid.refusal.cause === 'duplicate_label_names');
});

test('sanitizing makes dots underscores, and refuses two names that become one', () => {
  const sanitizing = { ...limits, sanitizesLabels: true };
  const valid = validateLabels(labelsOf({ ...base, 'k8s.pod': 'p' }), sanitizing);
  assert.ok(valid.ok);
  assert.deepEqual(
    valid.labels.map(({ name }) => name),
    ['__name__', 'k8s_pod', 'service_name'],
  );
  assert.ok(validateLabels(labelsOf({ ...base, 'a.b': 'c', a_b: 'c' }), sanitizing).ok);
  const clash = validateLabels(labelsOf({ ...base, 'a.b': 'c', a_b: 'd' }), sanitizing);
  assert.ok(!clash.ok && clash.refusal.reason.endsWith("from 'a.b'"));
});
