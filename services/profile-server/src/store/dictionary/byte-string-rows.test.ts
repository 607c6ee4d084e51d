import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createByteStringRows } from './byte-string-rows.ts';
import { decodeTexts, encodeTexts } from './encoded-texts.ts';
import { NOT_FOUND } from './find-block.ts';
import { createStringRows } from './string-rows.ts';

const texts = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.string()), {
  maxLength: 60,
});

test('strings found by bytes get the rows that they get by value', () => {
  fc.assert(
    fc.property(texts, texts, (first, second) => {
      const byValue = createStringRows();
      const byBytes = createByteStringRows();
      for (const each of [first, second]) {
        const encoded = encodeTexts(each);
        assert.deepEqual(decodeTexts(encoded), each.map(wellFormed));
        for (const [i, text] of each.entries()) {
          const row = byValue.intern(wellFormed(text));
          assert.equal(byBytes.internEncoded(encoded, i), row);
          assert.equal(byBytes.intern(text), row);
        }
        assert.deepEqual(byBytes.view(), byValue.view());
      }
    }),
    fuzzRuns(300, 20_000),
  );
});

test('a long text is the same row however it comes', () => {
  const long = [`\ud83d${'é'.repeat(40_000)}`, 'x'.repeat(100_000)];
  const rows = createByteStringRows();
  const encoded = encodeTexts(long);
  for (const [i, text] of long.entries()) {
    assert.equal(rows.intern(text), i + 1);
    assert.equal(rows.internEncoded(encoded, i), i + 1);
  }
  assert.deepEqual(rows.view(), ['', ...long.map(wellFormed)]);
});

test('looking for texts finds those that are there, and adds none', () => {
  fc.assert(
    fc.property(texts, texts, (there, others) => {
      const rows = createByteStringRows();
      const rowOf = new Map([['', 0]]);
      for (const text of there.map(wellFormed)) rowOf.set(text, rows.intern(text));
      const asked = [...others, ...there, ...there.map((text) => `${text}!`)];
      const found = new Int32Array(asked.length);
      rows.findEncoded(encodeTexts(asked), found);
      assert.deepEqual(
        [...found],
        asked.map((text) => rowOf.get(wellFormed(text)) ?? NOT_FOUND),
      );
      assert.equal(rows.view().length, rowOf.size);
    }),
    fuzzRuns(300, 20_000),
  );
});

test('halves of a pair stay two characters, each of them unknown', () => {
  const halves = ['a\ud83d', '\ude00b', 'c'];
  assert.deepEqual(decodeTexts(encodeTexts(halves)), ['a\ufffd', '\ufffdb', 'c']);
});

test('a mark of byte order is a character', () => {
  const texts = ['\ufefff', 'f'];
  assert.deepEqual(decodeTexts(encodeTexts(texts)), texts);
  const rows = createByteStringRows();
  for (const text of texts) rows.intern(text);
  assert.deepEqual(rows.view(), ['', ...texts]);
});

function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
