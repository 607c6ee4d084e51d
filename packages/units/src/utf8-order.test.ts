import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { compareUtf8, utf8Bytes } from './utf8-order.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });

describe('compareUtf8', () => {
  const sorted = [
    '',
    'a',
    'a\u0000',
    'ab',
    'b',
    '\u00e9',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{1f525}',
  ];
  test('sorts as Go does', () => {
    assert.deepEqual([...sorted].reverse().sort(compareUtf8), sorted);
  });

  test('any two texts: as their bytes', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        assert.equal(Math.sign(compareUtf8(a, b)), bytes);
      }),
      fuzzRuns(1000, 100_000),
    );
  });
});

describe('utf8Bytes', () => {
  for (const sample of [
    '',
    'a',
    '\u00e9',
    '\u20ac',
    '\u{1f525}',
    '\ud800',
    '\udc00\ud800',
    'a\ud83d',
  ]) {
    test(JSON.stringify(sample), () => {
      assert.equal(utf8Bytes(sample), new TextEncoder().encode(sample).length);
    });
  }

  test('any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        ),
        (sample) => {
          assert.equal(utf8Bytes(sample), new TextEncoder().encode(sample).length);
        },
      ),
      fuzzRuns(1000, 100_000),
    );
  });
});
