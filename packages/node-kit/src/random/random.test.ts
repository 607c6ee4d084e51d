import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Random, randomFrom } from './random.ts';
import { createSeededRandom, splitMix64, xoshiro128 } from './seeded-random.ts';
import { systemRandom } from './system-random.ts';
import { formatUuid, uuidV4, uuidV4Bytes } from './uuid.ts';

describe('the generators give what their authors published', () => {
  test('xoshiro128** from the state 1, 2, 3, 4', () => {
    const next = xoshiro128(1, 2, 3, 4);
    assert.deepEqual(
      Array.from({ length: 10 }, next),
      [
        11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
        4258142804,
      ],
    );
  });
  test('SplitMix64 from 1234567', () => {
    const next = splitMix64(1_234_567n);
    assert.deepEqual(Array.from({ length: 5 }, next), [
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });
});

test('a seed means the same for ever', () => {
  const random = createSeededRandom(42);
  assert.deepEqual(
    [random.uint32(), random.uint32(), random.float(), random.below(1000)],
    [1776835114, 4165204688, 0.003983993377814743, 233],
  );
  assert.equal(Buffer.from(random.bytes(7)).toString('hex'), '4e904498e71342');
  assert.notEqual(createSeededRandom(43).uint32(), 1776835114);
  for (const seed of [-1, 0.5, 2 ** 53, Number.NaN]) {
    assert.throws(() => createSeededRandom(seed), /a seed is an integer/, String(seed));
  }
});

const twins: readonly [name: string, random: Random][] = [
  ['systemRandom', systemRandom],
  ['createSeededRandom(7)', createSeededRandom(7)],
];
for (const [name, random] of twins) {
  describe(name, () => {
    test('floats are in [0, 1) and fill it', () => {
      const tenths = new Set<number>();
      for (let i = 0; i < 2000; i++) {
        const float = random.float();
        assert.ok(float >= 0 && float < 1);
        tenths.add(Math.floor(float * 10));
      }
      assert.equal(tenths.size, 10);
    });
    test('integers below a limit are all reached, evenly', () => {
      const counts = [0, 0, 0, 0, 0, 0];
      for (let i = 0; i < 60_000; i++) counts[random.below(6)]!++;
      // 10,000 each; eight standard deviations are 730.
      for (const count of counts) assert.ok(Math.abs(count - 10_000) < 730, counts.join(' '));
      assert.equal(random.below(1), 0);
      assert.ok(random.below(2 ** 32) < 2 ** 32);
    });
    for (const limit of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) {
      test(`nothing is below ${limit}`, () => {
        assert.throws(() => random.below(limit), RangeError);
      });
    }
    test('bytes have the length asked for, and every value', () => {
      for (const length of [0, 1, 3, 4, 5, 16]) assert.equal(random.bytes(length).length, length);
      assert.equal(new Set(random.bytes(8192)).size, 256);
    });
    test('no two of many UUIDs are alike', () => {
      const uuids = new Set(Array.from({ length: 5000 }, () => uuidV4(random)));
      assert.equal(uuids.size, 5000);
    });
  });
}

test('a word from the incomplete last round is drawn again', () => {
  // 2^32 = 3 * 1431655765 + 1: the last word belongs to no round of three.
  const words = [2 ** 32 - 1, 2 ** 32 - 2];
  assert.equal(randomFrom(() => words.shift()!).below(3), 2);
  assert.equal(words.length, 0);
});

test('the largest words make the largest float below 1', () => {
  assert.equal(randomFrom(() => 2 ** 32 - 1).float(), 1 - 2 ** -53);
});

test('a UUID carries its version and variant', () => {
  const ones = uuidV4Bytes({
    ...systemRandom,
    bytes: (length) => new Uint8Array(length).fill(255),
  });
  assert.equal(formatUuid(ones), 'ffffffff-ffff-4fff-bfff-ffffffffffff');
  const zeros = uuidV4Bytes({ ...systemRandom, bytes: (length) => new Uint8Array(length) });
  assert.equal(formatUuid(zeros), '00000000-0000-4000-8000-000000000000');
  assert.throws(() => formatUuid(new Uint8Array(15)), /16 bytes, not 15/);
});
