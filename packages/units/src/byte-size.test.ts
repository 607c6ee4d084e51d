import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatHumanizeBytes, formatIecBytes, parseByteSize } from './byte-size.ts';

describe('a size is read', () => {
  const cases: readonly [text: string, bytes: number][] = [
    ['0', 0],
    ['512', 512],
    ['64KiB', 65_536],
    ['64 kib', 65_536],
    ['4MB', 4_000_000],
    ['4MiB', 4_194_304],
    ['1.5GiB', 1_610_612_736],
    [' 1TB ', 1e12],
  ];
  for (const [text, bytes] of cases) {
    test(JSON.stringify(text), () => assert.deepEqual(parseByteSize(text), { ok: true, bytes }));
  }
});

describe('what is no size is an answer', () => {
  const cases: readonly [text: string, reason: RegExp][] = [
    ['', /"" is not a size/],
    ['-1MB', /"-1MB" is not a size/],
    ['1 parsec', /"parsec" is not a unit/],
    ['1 constructor', /"constructor" is not a unit/],
    ['1e9', /not a size/],
    ['9999999999 TiB', /more than 2\^53/],
  ];
  for (const [text, reason] of cases) {
    test(JSON.stringify(text), () => {
      const parsed = parseByteSize(text);
      assert.ok(!parsed.ok);
      assert.match(parsed.reason, reason);
    });
  }
});

describe('a size is printed', () => {
  const cases: readonly [bytes: number, iec: string, humanize: string][] = [
    [0, '0 B', '0 B'],
    [9, '9 B', '9 B'],
    [512, '512 B', '512 B'],
    [1024, '1 KiB', '1.0 kB'],
    [1536, '1.5 KiB', '1.5 kB'],
    [4_194_304, '4 MiB', '4.2 MB'],
    [65_536, '64 KiB', '66 kB'],
    [268_435_456, '256 MiB', '268 MB'],
    [1_000_000, '977 KiB', '1.0 MB'],
  ];
  for (const [bytes, iec, humanize] of cases) {
    test(`${bytes}`, () => {
      assert.equal(formatIecBytes(bytes), iec);
      assert.equal(formatHumanizeBytes(bytes), humanize);
    });
  }
});
