import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { utf8Tail } from './utf8-tail.ts';

test('the end stays, whole characters of it', () => {
  const cases: readonly [text: string, maxBytes: number, tail: string][] = [
    ['main.run', 3, 'run'],
    ['main.run', 8, 'main.run'],
    ['größe', 4, 'ße'],
    ['größe', 2, 'e'],
    ['a\u{1f525}', 4, '\u{1f525}'],
    ['a\u{1f525}', 3, ''],
    ['\ufeffa', 4, '\ufeffa'],
    ['abc', 0, ''],
  ];
  for (const [text, maxBytes, tail] of cases) assert.equal(utf8Tail(text, maxBytes), tail);
});

test('any text: an end of it, of no more bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 40 }), (text, maxBytes) => {
      const tail = utf8Tail(text, maxBytes);
      assert.ok(text.endsWith(tail));
      assert.ok(Buffer.byteLength(tail) <= maxBytes);
      assert.ok(Buffer.byteLength(tail) > maxBytes - 4 || tail === text);
    }),
    fuzzRuns(1000, 50_000),
  );
});
