import type { Int64Column } from '@emberscope/profile';

/**
 * Cuts the columns of one profile out of one ArrayBuffer. A buffer of its own for each of some
 * twenty columns would cost more than reading a small profile does (0.7 us each on Node 20), and
 * one buffer can be transferred to another thread as one.
 *
 * A column that does not fit any more gets a buffer of its own: a wrong guess costs time only.
 */
export class ColumnArena {
  private readonly buffer: ArrayBuffer;
  private used = 0;

  /** The buffer may hold anything: every cell of a column is written. */
  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
  }

  int32(cells: Int32Array, length: number): Int32Array {
    const column = this.emptyInt32(length);
    column.set(cells.subarray(0, length));
    return column;
  }

  uint8(cells: Int32Array, length: number): Uint8Array {
    const column = this.emptyUint8(length);
    column.set(cells.subarray(0, length));
    return column;
  }

  /** A column for the caller to write: its cells are what they were before. */
  emptyInt32(length: number): Int32Array {
    const at = this.take(4 * length);
    return at === NO_ROOM ? new Int32Array(length) : new Int32Array(this.buffer, at, length);
  }

  /** As {@link emptyInt32}. */
  emptyUint8(length: number): Uint8Array {
    const at = this.take(length);
    return at === NO_ROOM ? new Uint8Array(length) : new Uint8Array(this.buffer, at, length);
  }

  /** From rows of two halves, low and high. */
  uint64(halves: Int32Array, length: number): BigUint64Array {
    const at = this.take(8 * length);
    const column =
      at === NO_ROOM ? new BigUint64Array(length) : new BigUint64Array(this.buffer, at, length);
    new Int32Array(column.buffer, column.byteOffset, 2 * length).set(
      halves.subarray(0, 2 * length),
    );
    return column;
  }

  /**
   * From every `stride`-th of such rows, `length` of them from `first` on: narrow where each of
   * them is exact as a double.
   */
  int64(halves: Int32Array, length: number, first: number, stride: number): Int64Column {
    const at = this.take(8 * length);
    const column =
      at === NO_ROOM ? new Float64Array(length) : new Float64Array(this.buffer, at, length);
    for (let row = 0, from = 2 * first; row < length; row++, from += 2 * stride) {
      const low = halves[from];
      const high = halves[from + 1];
      if (high < MIN_NARROW_HIGH || high > MAX_NARROW_HIGH || isLowest(low, high)) {
        return wideColumn(halves, length, first, stride);
      }
      column[row] = high * 0x1_0000_0000 + (low >>> 0);
    }
    return column;
  }

  /** Where the next bytes are, a multiple of 8 as 64-bit columns need it. */
  private take(byteLength: number): number {
    const at = this.used;
    if (at + byteLength > this.buffer.byteLength) return NO_ROOM;
    this.used = at + roundUp(byteLength);
    return at;
  }
}

/** The bytes that columns of these sizes take up in an arena. */
export function arenaBytes(...columnBytes: readonly number[]): number {
  let sum = 0;
  for (const byteLength of columnBytes) sum += roundUp(byteLength);
  return sum;
}

const NO_ROOM = -1;

function roundUp(byteLength: number): number {
  return (byteLength + 7) & ~7;
}

/** The upper halves of the integers that a double holds exactly: those within ±(2^53 - 1). */
const MIN_NARROW_HIGH = -0x20_0000;
const MAX_NARROW_HIGH = 0x1f_ffff;

/** -2^53, whose upper half is in the range. */
function isLowest(low: number, high: number): boolean {
  return high === MIN_NARROW_HIGH && low === 0;
}

function wideColumn(
  halves: Int32Array,
  length: number,
  first: number,
  stride: number,
): BigInt64Array {
  const wide = new BigInt64Array(length);
  const wideHalves = new Int32Array(wide.buffer);
  for (let row = 0, from = 2 * first; row < length; row++, from += 2 * stride) {
    wideHalves[2 * row] = halves[from];
    wideHalves[2 * row + 1] = halves[from + 1];
  }
  return wide;
}

// The halves are laid over 64-bit cells. Every platform of Node and of browsers is little endian.
if (new Uint8Array(Int32Array.of(1).buffer)[0] !== 1) {
  throw new Error('this package needs a little endian machine');
}
