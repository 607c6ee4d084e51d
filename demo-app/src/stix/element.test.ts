import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { id, malware, relationship } from '../testing/bundles.ts';
import { checkElement, isReference, typeOfReference } from './element.ts';

describe('a valid element is kept as it came', () => {
  const cases = [
    malware(1),
    malware(2, { x_anything: { else: [1] }, labels: ['a'], confidence: 100 }),
    relationship(3, id('malware', 1), id('tool', 2)),
    { type: 'indicator', id: id('indicator', 4), pattern: '[a:b = 1]', pattern_type: 'stix' },
    malware(5, { x_inferences: [{ rule: 'r_1', explanation: [id('tool', 1)] }] }),
  ];
  for (const element of cases) {
    test(JSON.stringify(element), () => {
      assert.deepEqual(checkElement(element), { ok: true, element });
    });
  }
});

describe('what is wrong with an element is said', () => {
  const cases: readonly [value: unknown, reason: RegExp][] = [
    [null, /must be an object/],
    [7, /must be an object/],
    [[malware(1)], /must be an object/],
    [{}, /^type undefined is not one of/],
    [{ type: 'constructor' }, /^type "constructor" is not one of/],
    [{ type: { toString: 1 } }, /^type \{"toString":1\} is not one of/],
    [{ type: 'malware' }, /^id: /],
    [{ type: 'malware', id: id('malware', 1) }, /^name: /],
    [malware(1, { name: '' }), /^name: /],
    [malware(1, { id: 'malware--1' }), /^id: /],
    [malware(1, { id: id('tool', 1) }), /does not belong to type "malware"/],
    [malware(1, { confidence: 101 }), /^confidence: /],
    [malware(1, { labels: ['a', ''] }), /^labels\.1: /],
    [malware(1, { created_by_ref: 'me' }), /^created_by_ref: /],
    [
      malware(1, { x_inferences: [{ rule: '__proto__', explanation: [] }] }),
      /^x_inferences\.0\.rule/,
    ],
    [{ ...relationship(1, 'nobody', id('tool', 1)) }, /^source_ref: /],
    [{ type: 'indicator', id: id('indicator', 1) }, /^pattern: /],
  ];
  for (const [value, reason] of cases) {
    test(JSON.stringify(value), () => {
      const checked = checkElement(value);
      assert.ok(!checked.ok);
      assert.match(checked.reason, reason);
    });
  }

  test('a long value is cut in the sentence', () => {
    const checked = checkElement({ type: 'x'.repeat(10_000) });
    assert.ok(!checked.ok && checked.reason.length < 500);
  });
});

test('a reference names its type', () => {
  assert.ok(isReference(id('attack-pattern', 1)));
  assert.equal(typeOfReference(id('attack-pattern', 1)), 'attack-pattern');
  for (const value of ['', 'a--b', 7, null, `${id('tool', 1)} `, `${id('tool', 1)}\n`]) {
    assert.equal(isReference(value), false, JSON.stringify(value));
  }
});
