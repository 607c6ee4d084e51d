import { type Int64Column, isWide, widen } from '@emberscope/profile';
import { ARRAY_BYTES, CLOSURE_BYTES } from './heap-sizes.ts';

/**
 * A column of exact 64-bit integers that grows: doubles until a value comes that they cannot hold,
 * bigints from then on.
 */
export type GrowableInt64 = {
  readonly length: () => number;
  push(value: number | bigint): void;
  at(row: number): number | bigint;
  /** Makes a cell 0: the one change that a row may see. */
  clear(row: number): void;
  /** The cells so far, as a window on the column's memory: for reading only. */
  view(): Int64Column;
  trim(): void;
  readonly bytes: () => number;
};

const INITIAL_CELLS = 8;
const CLOSURES = 7;

export function growableInt64(): GrowableInt64 {
  let cells: Int64Column = new Float64Array(INITIAL_CELLS);
  let length = 0;

  function resize(capacity: number): void {
    if (isWide(cells)) {
      const resized = new BigInt64Array(capacity);
      resized.set(cells.subarray(0, length));
      cells = resized;
    } else {
      const resized = new Float64Array(capacity);
      resized.set(cells.subarray(0, length));
      cells = resized;
    }
  }

  return {
    length: () => length,
    push(value) {
      if (length === cells.length) resize(Math.max(INITIAL_CELLS, length * 2));
      if (!isWide(cells)) {
        const narrow = Number(value);
        if (Number.isSafeInteger(narrow)) {
          cells[length++] = narrow;
          return;
        }
        cells = widen(cells);
      }
      cells[length++] = BigInt(value);
    },
    at: (row) => cells[row] ?? 0,
    clear(row) {
      if (isWide(cells)) cells[row] = 0n;
      else cells[row] = 0;
    },
    view: () => cells.subarray(0, length),
    trim() {
      if (length < cells.length) resize(length);
    },
    bytes: () => ARRAY_BYTES + CLOSURES * CLOSURE_BYTES + cells.byteLength,
  };
}
