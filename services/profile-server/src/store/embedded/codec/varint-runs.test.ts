import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createByteWriter } from './byte-writer.ts';
import { DamagedBytes } from './damaged-bytes.ts';
import { MAX_VARINT32_BYTES, readVarints32, readVarints64, writeVarint32 } from './varint-runs.ts';

const number = fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

describe('varints of 32 bits', () => {
  it('are those of a byte writer, and read as what they were', () => {
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const writer = createByteWriter();
        const out = new Uint8Array(numbers.length * MAX_VARINT32_BYTES);
        let length = 0;
        for (const each of numbers) {
          writer.uvarint(each);
          length = writeVarint32(out, length, each);
        }
        assert.deepEqual(out.slice(0, length), writer.finish());
        const into = new Uint32Array(numbers.length);
        assert.equal(readVarints32(out, 0, into), length);
        assert.deepEqual([...into], numbers);
      }),
    );
  });

  it('are damaged where they end too early or are too large', () => {
    const read = (...bytes: number[]) =>
      readVarints32(Uint8Array.from(bytes), 0, new Uint32Array(1));
    assert.equal(read(255, 255, 255, 255, 15), 5);
    const tooLarge = [255, 255, 255, 255, 16];
    const tooLong = [128, 128, 128, 128, 128, 0];
    const cases = [[], [128], [255, 255, 255, 255], tooLarge, tooLong, [...tooLarge, ...tooLong]];
    for (const bytes of cases) assert.throws(() => read(...bytes), DamagedBytes, `${bytes}`);
  });
});

describe('varints of 64 bits', () => {
  it('are those of a byte writer, and read as what they were', () => {
    const wide = fc.oneof(
      fc.bigInt(0n, 300n),
      fc.bigInt(0n, 2n ** 36n),
      fc.bigInt(0n, 2n ** 64n - 1n),
    );
    fc.assert(
      fc.property(fc.array(wide), (numbers) => {
        const writer = createByteWriter();
        for (const each of numbers) writer.uvarint64(each);
        const bytes = writer.finish();
        const words = new Uint32Array(2 * numbers.length);
        assert.equal(readVarints64(bytes, 0, words), bytes.length);
        assert.deepEqual([...new BigUint64Array(words.buffer)], numbers);
      }),
    );
  });

  it('are damaged where they end too early or are too large', () => {
    const nines = Array.from({ length: 9 }, () => 255);
    const read = (...bytes: number[]) =>
      readVarints64(Uint8Array.from(bytes), 0, new Uint32Array(2));
    assert.equal(read(...nines, 1), 10);
    for (const bytes of [[], [128], [...nines, 2], [...nines, 129, 0]]) {
      assert.throws(() => read(...bytes), DamagedBytes, `${bytes}`);
    }
  });
});
