import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { ColumnArena } from './column-arena.ts';
import { encodedStrings } from './encoded-strings.ts';
import { StringRows } from './string-rows.ts';
import { WireReader } from './wire-reader.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const rows = new StringRows();

/** Reads a table of strings, each behind its length, as a profile holds them. */
function decoded(
  table: readonly Uint8Array[],
  maxStringBytes = Number.POSITIVE_INFINITY,
): readonly string[] {
  const parts = table.flatMap((bytes) => [...varint(bytes.length), ...bytes]);
  const wire = new WireReader(Uint8Array.from(parts));
  rows.clear();
  while (wire.offset < wire.end) rows.read(wire);
  rows.cutLong(wire, maxStringBytes);
  const arena = new ColumnArena(new ArrayBuffer(rows.byteLength));
  const strings = rows.finish(wire, arena);
  const encoded = encodedStrings(strings);
  assert.ok(encoded !== undefined);
  assert.equal(encoded.start.length, strings.length + 1);
  assert.equal(encoded.bytes.buffer, encoded.start.buffer);
  for (const [row, text] of strings.entries()) {
    const bytes = encoded.bytes.subarray(encoded.start[row], encoded.start[row + 1]);
    // The one that is not UTF-8 is '' among the strings, and as it came among the bytes.
    if (rows.invalid === undefined || text !== '') assert.ok(decoder.decode(bytes) === text);
  }
  return strings;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

const roundTrip = (texts: readonly string[]) => decoded(texts.map((text) => encoder.encode(text)));

describe('strings come out as they went in', () => {
  const long = 'x'.repeat(70_000);
  for (const [title, texts] of [
    ['none', []],
    ['empty ones', ['', '', '']],
    ['ASCII', ['', 'main', 'node:net', 'a']],
    ['other letters among ASCII', ['', 'main', 'größe', 'net', '\u{1f525}', 'end']],
    ['byte order marks', ['\ufeffmark', 'a\ufeff']],
    ['one longer than what is joined', ['before', long, 'after']],
    ['more than what is joined', Array.from({ length: 9_000 }, (_, i) => `a long name ${i}`)],
    ['just as much as is joined', ['y'.repeat(65_536), 'z', 'y'.repeat(65_535)]],
  ] as const) {
    test(title, () => {
      const read = roundTrip(texts);
      // One by one: a difference of thousands of lines takes minutes to print.
      assert.equal(read.length, texts.length);
      for (const [row, text] of texts.entries()) assert.ok(read[row] === text, `row ${row}`);
    });
  }

  test('of any characters', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 140 }),
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
        assert.deepEqual(roundTrip(texts), texts);
      }),
      fuzzRuns(300, 20_000),
    );
  });
});

test('a string that is not UTF-8 is noted, the others are read', () => {
  const bad = Uint8Array.of(0x61, 0xff);
  assert.deepEqual(decoded([encoder.encode('one'), bad, encoder.encode('two')]), [
    'one',
    '',
    'two',
  ]);
  assert.deepEqual(rows.invalid, bad);
});

test('a string that is too long loses its beginning, and no half of a character is left', () => {
  const texts = ['abcdef', 'aüb', 'abc'].map((text) => encoder.encode(text));
  assert.deepEqual(decoded(texts, 3), ['def', 'üb', 'abc']);
  assert.deepEqual(decoded(texts, 2), ['ef', 'b', 'bc']);
  assert.equal(rows.cutStrings, 3);
});
