import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { StringCache } from './string-cache.ts';

const encoder = new TextEncoder();

function decode(cache: StringCache, text: string, before = 3): string {
  const encoded = encoder.encode(text);
  // Somewhere in a buffer, at any alignment.
  const bytes = new Uint8Array(before + encoded.length + 2).fill(0xff);
  bytes.set(encoded, before);
  return cache.decode(bytes, new DataView(bytes.buffer), before, before + encoded.length);
}

describe('strings come out as they went in', () => {
  const cache = new StringCache();
  const texts = [
    '',
    'a',
    'abc',
    'abcd',
    'abcde',
    'größe',
    '\u{1f525}',
    '\ufeffmark',
    'x'.repeat(500),
  ];
  for (const text of texts) {
    test(`${text.slice(0, 20)}, ${text.length} long, the first time and the third`, () => {
      for (let round = 0; round < 3; round++) assert.equal(decode(cache, text, round), text);
    });
  }

  test('of any bytes, again and again, in one cache', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 140 }),
      fc.stringMatching(/^[ab]{4,9}$/),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (list) => {
        for (const each of [...list, ...list]) assert.equal(decode(cache, each), each);
      }),
      fuzzRuns(300, 20_000),
    );
  });

  test('of more strings than there are places', () => {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 100_000; i++) assert.equal(decode(cache, `name ${i}`), `name ${i}`);
    }
  });
});

test('bytes that are not UTF-8 throw, and are not remembered', () => {
  const cache = new StringCache();
  const bytes = Uint8Array.of(0x61, 0x62, 0x63, 0xff);
  for (let round = 0; round < 2; round++) {
    assert.throws(() => cache.decode(bytes, new DataView(bytes.buffer), 0, 4), TypeError);
  }
});
