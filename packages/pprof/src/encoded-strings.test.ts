import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { type EncodedStrings, encodedStrings, lazyStrings } from './encoded-strings.ts';

const encoder = new TextEncoder();

function encoded(texts: readonly string[]): EncodedStrings {
  const start = new Int32Array(texts.length + 1);
  const parts = texts.map((text) => encoder.encode(text));
  for (const [row, part] of parts.entries()) start[row + 1] = start[row] + part.length;
  return { bytes: Uint8Array.from(parts.flatMap((part) => [...part])), start };
}

/** As the reader makes them: what is not in ASCII is decoded. */
function lazy(texts: readonly string[]): readonly string[] {
  const known: string[] = new Array(texts.length);
  for (const [row, text] of texts.entries()) {
    if (encoder.encode(text).length !== text.length) known[row] = text;
  }
  return lazyStrings(encoded(texts), known);
}

const SOME = ['', 'main', 'größe', 'net', 'node:net'] as const;

describe('strings that are decoded when they are asked for are an array', () => {
  for (const [title, ask] of [
    ['its length', (strings) => strings.length],
    ['a row', (strings) => strings[1]],
    ['a row twice', (strings) => [strings[3], strings[3]]],
    ['a row that is not there', (strings) => [strings[5], strings[-1], strings[1.5], strings[1e9]]],
    ['all of them', (strings) => [...strings]],
    ['the others after one', (strings) => [strings[3], ...strings]],
    ['a method with a callback', (strings) => strings.map((text) => text.length)],
    ['a search', (strings) => [strings.indexOf('net'), strings.includes('no')]],
    ['keys', (strings) => Object.keys(strings)],
    ['whether a row is there', (strings) => [4 in strings, 5 in strings]],
    ['JSON', (strings) => JSON.stringify(strings)],
    ['whether it is one', (strings) => Array.isArray(strings)],
    ['a copy in a profile', (strings) => ({ ...{ strings } }).strings[1]],
  ] satisfies readonly [string, (strings: readonly string[]) => unknown][]) {
    test(title, () => assert.deepEqual(ask(lazy(SOME)), ask(SOME)));
  }

  test('whatever rows are asked for first', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(fc.array(text), fc.array(fc.nat(40)), (texts, rows) => {
        const strings = lazy(texts);
        for (const row of rows) assert.equal(strings[row], texts[row]);
        assert.deepEqual([...strings], texts);
        for (const row of rows) assert.equal(strings[row], texts[row]);
      }),
      fuzzRuns(300, 20_000),
    );
  });
});

test('no string is decoded that nobody asked for', () => {
  const given = encoded(['', 'one', 'two']);
  const strings = lazyStrings(given, new Array(3));
  assert.equal(strings.length, 3);
  assert.equal(strings[1], 'one');
  given.bytes.set(encoder.encode('ONETWO'));
  assert.equal(strings[1], 'one');
  assert.equal(strings[2], 'TWO');
});

test('the bytes are those of the array itself, not of what was made of it', () => {
  const strings = lazy(SOME);
  assert.deepEqual(encodedStrings(strings), encoded(SOME));
  assert.equal(encodedStrings([...strings]), undefined);
  assert.equal(encodedStrings([]), undefined);
});
