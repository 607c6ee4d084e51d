import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cpuMillisOf } from '@emberscope/test-kit';
import { createStringInterner } from './strings.ts';

test('each string has one row, in the order of arrival, the empty one row 0', () => {
  const interner = createStringInterner();
  const texts = ['a', '', '__proto__', 'a', '\ud800', 'constructor', '__proto__'];
  assert.deepEqual(texts.map(interner.intern), [1, 0, 2, 1, 3, 4, 2]);
  assert.deepEqual(interner.finish(), ['', 'a', '__proto__', '\ud800', 'constructor']);
});

describe('long strings', () => {
  /** Made anew each time: equal strings that are not one object. */
  const long = (tail: string): string =>
    Buffer.from('x'.repeat(60_000) + tail, 'latin1').toString('latin1');

  test('are told apart, and found again', () => {
    const interner = createStringInterner();
    const tails = ['a', 'b', 'a', 'ab', 'b', ''];
    assert.deepEqual(
      tails.map((tail) => interner.intern(long(tail))),
      [1, 2, 1, 3, 2, 4],
    );
    assert.equal(interner.finish()[3], long('ab'));
  });

  test('of one length take no longer than others', { timeout: 20_000 }, () => {
    const texts = Array.from({ length: 1500 }, (_, i) => long(`${i}`.padStart(8)));
    const interner = createStringInterner();
    const cpuMillis = cpuMillisOf(() => {
      for (const text of texts) interner.intern(text);
    });
    assert.ok(cpuMillis < 3000, `${cpuMillis} ms`);
    assert.equal(interner.finish().length, 1501);
  });
});
