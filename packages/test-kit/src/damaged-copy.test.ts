import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { damagedCopy } from './damaged-copy.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const SEEDS = Array.from({ length: 2_000 }, (_, i) => i * 0x9e3779b1);

/** 1: 150, 2: { 1: 'name' }, 2: { 1: 'other' } */
const MESSAGE = Uint8Array.from([
  ...[0x08, 0x96, 0x01],
  ...[0x12, 0x06, 0x0a, 0x04, ...bytesOf('name')],
  ...[0x12, 0x07, 0x0a, 0x05, ...bytesOf('other')],
]);

test('a seed gives the same bytes each time, and leaves its input as it was', () => {
  const input = Uint8Array.from(MESSAGE);
  for (const seed of SEEDS.slice(0, 200)) {
    assert.deepEqual(damagedCopy([input], seed), damagedCopy([input], seed));
  }
  assert.deepEqual(input, MESSAGE);
});

test('nearly every copy is damaged, and nearly every one otherwise', () => {
  const copies = SEEDS.map((seed) => Buffer.from(damagedCopy([MESSAGE], seed)).toString('hex'));
  const whole = Buffer.from(MESSAGE).toString('hex');
  assert.ok(copies.filter((copy) => copy === whole).length < SEEDS.length / 20);
  assert.ok(new Set(copies).size > SEEDS.length / 2);
});

test('no input is too short', () => {
  for (const input of [new Uint8Array(0), Uint8Array.of(0x0a), bytesOf('{'), bytesOf('1')]) {
    for (const seed of SEEDS) damagedCopy([input], seed);
  }
});

describe('what only chance would find late is found soon', () => {
  const found: readonly [shows: string, input: Uint8Array, is: (copy: Buffer) => boolean][] = [
    [
      'a field within another, changed, with the length around it right',
      MESSAGE,
      (copy) => copy[3] === 0x12 && copy[4] !== 6 && copy[5] === 0x0a && copy.at(-1) === 0x72,
    ],
    ['a number of ten bytes', MESSAGE, (copy) => copy.includes('ffffffffffffffffff01', 0, 'hex')],
    ['a cut', MESSAGE, (copy) => copy.length > 0 && copy.equals(MESSAGE.slice(0, copy.length))],
    [
      'JSON, with a value of another kind',
      bytesOf('{"a":{"b":1},"c":[1,2]}'),
      (copy) => /^\{"a":(null|true|"x"|\[\]|1e9),"c":\[1,2\]\}$/.test(`${copy}`),
    ],
    [
      'JSON, deeply nested',
      bytesOf('{"a":{"b":1},"c":[1,2]}'),
      (copy) => copy.length > 20_000 && typeof JSON.parse(copy.toString()).a === 'object',
    ],
    ['a number past 2^53', bytesOf('a;b 3\n'), (copy) => `${copy}` === 'a;b 9007199254740993\n'],
  ];
  for (const [shows, input, is] of found) {
    test(shows, () => {
      const isFound = SEEDS.some((seed) => {
        const copy = Buffer.from(damagedCopy([input], seed));
        try {
          return is(copy);
        } catch {
          return false;
        }
      });
      assert.ok(isFound);
    });
  }
});
