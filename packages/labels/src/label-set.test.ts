import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { isLegacyLabelName, isUtf8LabelName } from './label-names.ts';
import {
  compareLabelSets,
  EMPTY_LABEL_SET,
  filterLabels,
  formatLabelSet,
  labelSet,
  labelSetFromRecord,
  labelValue,
  withLabels,
} from './label-set.ts';
import { fnv1a64, hashLabelSet } from './label-set-hash.ts';
import { createLabelSetIds } from './label-set-ids.ts';

test('labels are sorted by the bytes of their names, empty values left out', () => {
  const set = labelSetFromRecord({ b: '2', '\u{1f525}': '4', a: '1', '\uff5e': '3', gone: '' });
  assert.equal(formatLabelSet(set), '{a="1", b="2", \uff5e="3", \u{1f525}="4"}');
});

test('a name that comes twice is refused by name, also with one value', () => {
  for (const value of ['1', '2', '']) {
    const built = labelSet([
      { name: 'a', value: '1' },
      { name: 'b', value: '' },
      { name: 'a', value },
    ]);
    assert.ok(!built.ok);
    assert.equal(built.duplicate, 'a');
  }
});

test('an absent label is the empty string', () => {
  const set = labelSetFromRecord({ a: '1' });
  assert.equal(labelValue(set, 'a'), '1');
  assert.equal(labelValue(set, 'b'), '');
  assert.equal(labelValue(set, 'constructor'), '');
});

test('labels are changed, added and taken out', () => {
  const set = labelSetFromRecord({ a: '1', c: '3' });
  assert.equal(formatLabelSet(withLabels(set, { b: '2', c: '', a: '9' })), '{a="9", b="2"}');
  assert.equal(formatLabelSet(set), '{a="1", c="3"}');
  assert.equal(formatLabelSet(filterLabels(set, (name) => name !== 'a')), '{c="3"}');
  assert.equal(
    filterLabels(set, () => true),
    set,
  );
  assert.equal(formatLabelSet(EMPTY_LABEL_SET), '{}');
});

test('sets are listed by their labels, a shorter one first', () => {
  const sets = [{}, { a: '1' }, { a: '1', b: '1' }, { a: '2' }, { b: '0' }].map(labelSetFromRecord);
  assert.deepEqual([...sets].reverse().sort(compareLabelSets), sets);
});

describe('names', () => {
  const cases: readonly [name: string, legacy: boolean, utf8: boolean][] = [
    ['service_name', true, true],
    ['__name__', true, true],
    ['a1', true, true],
    ['1a', false, true],
    ['otel.scope.name', false, true],
    ['a:b', false, true],
    ['\u{1f525}', false, true],
    ['', false, false],
    ['\ud83d', false, false],
  ];
  for (const [name, legacy, utf8] of cases) {
    test(JSON.stringify(name), () => {
      assert.equal(isLegacyLabelName(name), legacy);
      assert.equal(isUtf8LabelName(name), utf8);
    });
  }
});

describe('any two sets', () => {
  const record = fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), {
    maxKeys: 4,
  });
  test('have equal keys, hashes and rank only when they are equal', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        const [setA, setB] = [labelSetFromRecord(a), labelSetFromRecord(b)];
        const isEqual = JSON.stringify(setA.labels) === JSON.stringify(setB.labels);
        assert.equal(setA.key === setB.key, isEqual);
        assert.equal(compareLabelSets(setA, setB) === 0, isEqual);
        if (isEqual) assert.equal(hashLabelSet(setA), hashLabelSet(setB));
      }),
      fuzzRuns(1000, 100_000),
    );
  });
});

describe('the hash is FNV-1a with 64 bits', () => {
  // Vectors of draft-eastlake-fnv.
  const vectors: readonly [text: string, hash: bigint][] = [
    ['', 0xcbf29ce484222325n],
    ['a', 0xaf63dc4c8601ec8cn],
    ['b', 0xaf63df4c8601f1a5n],
    ['foobar', 0x85944171f73967e8n],
  ];
  for (const [text, expected] of vectors) {
    test(JSON.stringify(text), () => {
      assert.equal(fnv1a64(new TextEncoder().encode(text)), expected);
    });
  }
  test('as bigints have it, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        let expected = 0xcbf29ce484222325n;
        for (const byte of bytes) {
          expected = BigInt.asUintN(64, (expected ^ BigInt(byte)) * 0x100000001b3n);
        }
        assert.equal(fnv1a64(bytes), expected);
      }),
      fuzzRuns(300, 20_000),
    );
  });
  test('a set whose name and value are cut elsewhere is another set', () => {
    const hashes = [{ ab: 'c' }, { a: 'bc' }, { a: 'b', c: 'd' }, { a: 'bc', d: 'x' }].map((r) =>
      hashLabelSet(labelSetFromRecord(r)),
    );
    assert.equal(new Set(hashes).size, hashes.length);
  });
});

test('a set larger than any before hashes as its bytes', () => {
  const long = '\u20ac'.repeat(5000);
  const bytes = new Uint8Array([...Buffer.from(`a`), 0xff, ...Buffer.from(long), 0xff]);
  assert.equal(hashLabelSet(labelSetFromRecord({ a: long })), fnv1a64(bytes));
});

test('ids are dense, the same for equal sets, and end at the limit', () => {
  const ids = createLabelSetIds(2);
  const a = labelSetFromRecord({ a: '1' });
  assert.equal(ids.intern(a), 0);
  assert.equal(ids.intern(labelSetFromRecord({ b: '1' })), 1);
  assert.equal(ids.intern(labelSetFromRecord({ c: '1' })), undefined);
  assert.equal(ids.intern(labelSetFromRecord({ a: '1' })), 0);
  assert.equal(ids.find(labelSetFromRecord({ c: '1' })), undefined);
  assert.equal(ids.at(0), a);
  assert.throws(() => ids.at(2), /no label set 2 among 2/);
});
