import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Int64Column } from '@emberscope/profile';
import { CallTreeSchema } from '@emberscope/protocol/page/frames';

/** A `CallTree` of the wire, each column of length n. */
export type TreeColumns = {
  readonly parentPlusOne: Float64Array;
  readonly frame: Float64Array;
  readonly self: Int64Column;
  readonly total: Int64Column;
};

/** The numbers of the four columns in the message. */
const PARENT_PLUS_ONE = 1;
const FRAME = 2;
const SELF = 3;
const TOTAL = 4;

/**
 * Reads a `CallTree` straight into columns. Generated code makes a bigint for each of the 200,000
 * values of a large tree, which alone takes longer than the way from an answer to its picture may.
 * Columns that are not packed, or come in pieces, are legal and unusual: generated code reads those.
 * Throws a `RangeError` on bytes that end too early.
 */
export function readTreeColumns(bytes: Uint8Array): TreeColumns {
  const packed = new Map<number, Uint8Array>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited || packed.has(field)) return readByField(bytes);
    packed.set(field, reader.bytes());
  }
  const column = (field: number): Uint8Array => packed.get(field) ?? new Uint8Array(0);
  return {
    parentPlusOne: readNarrow(column(PARENT_PLUS_ONE)),
    frame: readNarrow(column(FRAME)),
    self: readInt64s(column(SELF)),
    total: readInt64s(column(TOTAL)),
  };
}

/** Doubles while every value is exact as one, which is nearly always. */
function readInt64s(packed: Uint8Array): Int64Column {
  const narrow = readNarrow(packed);
  // What is negative looks huge without its sign, so this also finds those.
  let largest = 0;
  for (let row = 0; row < narrow.length; row++) largest = Math.max(largest, narrow[row] ?? 0);
  if (largest <= Number.MAX_SAFE_INTEGER) return narrow;
  const reader = new BinaryReader(packed);
  return BigInt64Array.from(narrow, () => BigInt(reader.int64()));
}

/** Varints of base 128, low digits first; what is past 2^53 is not exact. */
function readNarrow(packed: Uint8Array): Float64Array {
  const column = new Float64Array(countVarints(packed));
  let at = 0;
  for (let row = 0; row < column.length; row++) {
    let value = 0;
    let place = 1;
    let byte = packed[at++] ?? 0;
    while (byte >= 0x80) {
      value += (byte - 0x80) * place;
      place *= 0x80;
      byte = packed[at++] ?? 0;
    }
    column[row] = value + byte * place;
  }
  return column;
}

/** Every varint ends with the only one of its bytes that is below 128. */
function countVarints(packed: Uint8Array): number {
  if ((packed.at(-1) ?? 0) >= 0x80) throw new RangeError('a column of the tree ends too early');
  let count = 0;
  for (let at = 0; at < packed.length; at++) if ((packed[at] ?? 0) < 0x80) count++;
  return count;
}

function readByField(bytes: Uint8Array): TreeColumns {
  const { parentPlusOne, frame, self, total } = fromBinary(CallTreeSchema, bytes);
  return {
    parentPlusOne: Float64Array.from(parentPlusOne),
    frame: Float64Array.from(frame),
    self: BigInt64Array.from(self),
    total: BigInt64Array.from(total),
  };
}
