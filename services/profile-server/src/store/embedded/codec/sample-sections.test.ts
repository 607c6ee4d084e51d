import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Int64Column } from '@emberscope/profile';
import fc from 'fast-check';
import { createByteReader } from './byte-reader.ts';
import { createByteWriter } from './byte-writer.ts';
import { DamagedBytes } from './damaged-bytes.ts';
import {
  createSampleScratch,
  readStackIds,
  readTracing,
  readValueColumn,
  skipStackIds,
  skipTracing,
  skipValueColumn,
  writeStackIds,
  writeTracing,
  writeValueColumn,
} from './sample-sections.ts';

const stacks = fc
  .array(fc.oneof(fc.integer({ min: -1, max: 300 }), fc.integer({ min: -1, max: 2 ** 31 - 2 })))
  .map((drawn) => drawn.sort((a, b) => a - b));

const narrow = (length: number): fc.Arbitrary<Int64Column> =>
  fc
    .tuple(
      fc.constantFrom(0, 1, 1, 10_000_000, 7),
      fc.array(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 2 ** 29 })), {
        minLength: length,
        maxLength: length,
      }),
    )
    .map(([factor, cells]) => Float64Array.from(cells, (cell) => cell * factor));

const wide = (length: number): fc.Arbitrary<Int64Column> =>
  fc
    .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
      minLength: length,
      maxLength: length,
    })
    .map((cells) => BigInt64Array.from(cells));

const multipleOf = (column: Int64Column): fc.Arbitrary<Int64Column> =>
  fc
    .nat({ max: 1000 })
    .map((factor) => Float64Array.from([...column], (cell) => Number(cell) * factor))
    .filter((cells) => cells.every(Number.isSafeInteger));

/** Columns of one profile, of which some are multiples of the one before. */
const columns = fc
  .nat({ max: 40 })
  .chain((length) =>
    fc
      .oneof({ weight: 5, arbitrary: narrow(length) }, { weight: 1, arbitrary: wide(length) })
      .chain((first) =>
        fc.tuple(
          fc.constant(first),
          first instanceof Float64Array
            ? fc.oneof(multipleOf(first), narrow(length))
            : narrow(length),
          narrow(length),
        ),
      ),
  );

describe('stack ids', () => {
  it('are read again, and skipped to the same place', () => {
    fc.assert(
      fc.property(stacks, fc.nat({ max: 5 }), (ids, offset) => {
        const out = createByteWriter();
        for (let i = 0; i < offset; i++) out.uint8(255);
        writeStackIds(out, ids, ids.length);
        const bytes = out.finish();
        const scratch = createSampleScratch();
        const stackCount = Math.max(0, ...ids) + 1;
        assert.equal(readStackIds(bytes, offset, bytes.length, scratch, stackCount), bytes.length);
        assert.deepEqual([...scratch.stack.subarray(0, scratch.length)], ids);
        assert.equal(skipStackIds(bytes, offset, bytes.length), bytes.length);
      }),
    );
  });

  it('beyond the dictionary are damage', () => {
    const out = createByteWriter();
    writeStackIds(out, [0, 7], 2);
    assert.throws(
      () => readStackIds(out.view(), 0, out.length(), createSampleScratch(), 7),
      DamagedBytes,
    );
  });
});

describe('columns of values', () => {
  it('are read again, each from the one before, and skipped to the same places', () => {
    fc.assert(
      fc.property(columns, (drawn) => {
        const out = createByteWriter();
        const starts = drawn.map((column, type) => {
          const start = out.length();
          writeValueColumn(out, column, column.length, drawn[type - 1]);
          return start;
        });
        const bytes = out.finish();
        const length = drawn[0].length;
        const scratch = { ...createSampleScratch(), length };
        const read = (type: number): number =>
          readValueColumn(
            bytes,
            starts[type] ?? 0,
            bytes.length,
            scratch,
            () => void read(type - 1),
          );
        for (const [type, column] of drawn.entries()) {
          const end = starts[type + 1] ?? bytes.length;
          assert.equal(read(type), end);
          assert.deepEqual(
            Array.from(scratch.values, BigInt).slice(0, length),
            Array.from(column, BigInt),
          );
          assert.equal(skipValueColumn(bytes, starts[type] ?? 0, bytes.length, length), end);
        }
      }),
    );
  });

  it('of multiples take two bytes or three', () => {
    const out = createByteWriter();
    writeValueColumn(out, Float64Array.of(30, 0, 10), 3, Float64Array.of(3, 0, 1));
    assert.deepEqual([...out.view()], [2, 10]);
  });
});

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''));

describe('tracing', () => {
  it('is read again, and skipped to the same place', () => {
    const row = fc.record({
      span: fc.oneof(fc.constant(''), hex(16)),
      trace: fc.oneof(fc.constant(''), hex(32)),
    });
    fc.assert(
      fc.property(fc.array(row), fc.array(fc.nat()), (rows, cells) => {
        const rowOf = cells.map((cell) => (cell % (rows.length + 1)) - 1);
        const out = createByteWriter();
        writeTracing(out, rows, rowOf, rowOf.length);
        const bytes = out.finish();
        const from = createByteReader(bytes);
        const read = readTracing(from, rowOf.length);
        assert.deepEqual(
          read.rows,
          rows.map((each) => ({ ...each })),
        );
        assert.deepEqual([...read.rowOf], rowOf);
        assert.equal(from.left(), 0);
        assert.equal(skipTracing(bytes, 0, bytes.length, rowOf.length), bytes.length);
      }),
    );
  });
});

describe('random bytes', () => {
  it('are samples or damage', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.array(fc.constantFrom(0, 1, 2, 3, 127, 128, 255)).map((all) => Uint8Array.from(all)),
    );
    fc.assert(
      fc.property(bytes, fc.nat({ max: 200 }), fc.nat({ max: 20 }), (drawn, length, stackCount) => {
        const end = drawn.length;
        for (const read of [
          () => readStackIds(drawn, 0, end, createSampleScratch(), stackCount),
          () => skipStackIds(drawn, 0, end),
          () => readValueColumn(drawn, 0, end, { ...createSampleScratch(), length }, () => {}),
          () => skipValueColumn(drawn, 0, end, length),
          () => skipTracing(drawn, 0, end, length),
          () => readTracing(createByteReader(drawn), length),
        ]) {
          try {
            const place = read();
            if (typeof place === 'number') assert.ok(place <= end, `${place} of ${end}`);
          } catch (error) {
            if (!(error instanceof DamagedBytes)) throw error;
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
