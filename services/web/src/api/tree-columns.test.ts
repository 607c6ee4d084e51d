import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { CallTreeSchema } from '@emberscope/protocol/page/frames';
import fc from 'fast-check';
import { readTreeColumns } from './tree-columns.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('columns of a call tree', () => {
  it('are what the generated code wrote, whatever the values', () => {
    const column = fc.tuple(fc.array(uint32), fc.array(int64), fc.array(fc.bigInt(0n, 2n ** 53n)));
    fc.assert(
      fc.property(column, ([rows, wide, narrow]) => {
        const tree = { parentPlusOne: rows, frame: rows, self: wide, total: narrow };
        const read = readTreeColumns(toBinary(CallTreeSchema, create(CallTreeSchema, tree)));
        assert.deepEqual([...read.parentPlusOne], rows);
        assert.deepEqual([...read.frame], rows);
        assert.deepEqual(Array.from(read.self, BigInt), wide);
        assert.deepEqual(Array.from(read.total, BigInt), narrow);
      }),
    );
  });

  it('are doubles up to the last whole number that a double holds, and bigints past it', () => {
    const read = (value: bigint) =>
      readTreeColumns(toBinary(CallTreeSchema, create(CallTreeSchema, { self: [value] }))).self;
    assert.ok(read(2n ** 53n - 1n) instanceof Float64Array);
    assert.deepEqual(read(2n ** 53n + 1n), BigInt64Array.of(2n ** 53n + 1n));
    assert.deepEqual(read(-1n), BigInt64Array.of(-1n));
  });

  it('may come in pieces, or one by one', () => {
    const bytes = new BinaryWriter()
      .tag(1, WireType.Varint)
      .uint32(0)
      .tag(1, WireType.LengthDelimited)
      .bytes(Uint8Array.of(1, 2))
      .finish();
    assert.deepEqual([...readTreeColumns(bytes).parentPlusOne], [0, 1, 2]);
  });

  it('are refused when they end too early', () => {
    const cutOff = new BinaryWriter().tag(3, WireType.LengthDelimited).bytes(Uint8Array.of(0x80));
    assert.throws(() => readTreeColumns(cutOff.finish()), /ends too early/);
  });

  it('are empty without a tree', () => {
    assert.equal(readTreeColumns(new Uint8Array(0)).total.length, 0);
  });
});
