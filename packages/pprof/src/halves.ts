import { type Int64Column, isWide } from '@emberscope/profile';

/** 64-bit integers as rows of two halves, low and high, both signed: `2 × length` cells. */
export function halvesOfColumn(column: Int64Column | BigUint64Array): Int32Array {
  if (column instanceof BigUint64Array || isWide(column)) {
    return new Int32Array(column.buffer, column.byteOffset, 2 * column.length);
  }
  const halves = new Int32Array(2 * column.length);
  for (let row = 0; row < column.length; row++) {
    const value = column[row];
    halves[2 * row] = value;
    halves[2 * row + 1] = Math.floor(value / 0x1_0000_0000);
  }
  return halves;
}

/** The halves of one number. What is past 64 bits is cut off. */
export function halvesOfBigint(value: bigint): readonly [low: number, high: number] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

/** The upper half of a 32-bit integer: all ones for a negative one. */
export function highOfInt32(value: number): number {
  return value >> 31;
}
