import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createByteWriter } from '../codec/byte-writer.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import {
  createArrivalsWriter,
  createKeysWriter,
  readArrivals,
  readKeys,
  readPlaces,
  readSigned,
  readTotals,
  writeTotal,
} from './level-columns.ts';

const DAY = 20_000;
const DAY_MILLIS = 86_400_000;

const key = fc
  .record({
    stream: fc.nat({ max: 5 }),
    timeMillis: fc.integer({ min: DAY * DAY_MILLIS, max: (DAY + 1) * DAY_MILLIS }),
    timeNanosOnTop: fc.nat({ max: 999_999 }),
    profileCount: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map((row) => ({ ...row }));

describe('columns of a level', () => {
  it('gives keys back, whatever the order of their times', () => {
    fc.assert(
      fc.property(fc.array(key), (drawn) => {
        const keys = [...drawn].sort((a, b) => a.stream - b.stream);
        const out = createKeysWriter(DAY);
        for (const row of keys) {
          out.add(row.stream, row.timeMillis, row.timeNanosOnTop, row.profileCount);
        }
        const read = readKeys(out.finish(), keys.length, DAY);
        const rows = keys.map((_, i) => ({
          stream: read.stream[i],
          timeMillis: read.timeMillis[i],
          timeNanosOnTop: read.timeNanosOnTop[i],
          profileCount: read.profileCount[i],
        }));
        assert.deepEqual(rows, keys);
      }),
    );
  });

  it('gives totals and signed numbers of 64 bits back', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (values) => {
        const totals = createByteWriter();
        const signed = createByteWriter();
        for (const value of values) {
          writeTotal(totals, value);
          signed.svarint(value);
        }
        const asBigints = (column: ArrayLike<number | bigint>) => Array.from(column, BigInt);
        assert.deepEqual(asBigints(readTotals(totals.finish(), values.length)), values);
        assert.deepEqual(asBigints(readSigned(signed.finish(), values.length)), values);
      }),
    );
  });

  it('gives arrivals back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 50 })), (arrivals) => {
        const out = createArrivalsWriter();
        for (const arrival of arrivals) out.add(arrival);
        assert.deepEqual([...readArrivals(out.finish(), arrivals.length)], arrivals);
      }),
    );
  });

  const readers = { readKeys, readTotals, readSigned, readPlaces, readArrivals };
  for (const [name, read] of Object.entries(readers)) {
    it(`${name} takes random bytes for what they are`, () => {
      fc.assert(
        fc.property(fc.uint8Array(), fc.nat({ max: 100 }), (bytes, rowCount) => {
          throwsDamageOnly(() => read(bytes, rowCount, DAY));
        }),
      );
    });
  }

  it('makes no room for rows that cannot be there', () => {
    assert.throws(() => readTotals(new Uint8Array(3), 2 ** 31), DamagedBytes);
  });
});

function throwsDamageOnly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DamagedBytes)) throw error;
  }
}
