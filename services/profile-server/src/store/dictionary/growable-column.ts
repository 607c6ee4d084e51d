import { COLUMN_BYTES } from './heap-sizes.ts';

/**
 * A typed column that grows at its end. Rows are written once; `view()` therefore stays what it was
 * while the column goes on growing, and a query can hold it without a copy.
 */
export type GrowableColumn<Cells> = {
  readonly length: () => number;
  push(value: number): void;
  /** Many at once. */
  append(values: Cells): void;
  at(row: number): number;
  /** The cells so far, as a window on the column's memory: for reading only. */
  view(): Cells;
  /** Gives unused room back; for columns that grow no more. */
  trim(): void;
  /** Of the memory it holds, used or not. */
  readonly bytes: () => number;
};

type NumberCells = {
  [row: number]: number;
  readonly length: number;
  readonly byteLength: number;
  set(cells: ArrayLike<number>, at?: number): void;
};

/** Tables are many and most stay small: a table of one profile should not cost kilobytes. */
const INITIAL_CELLS = 8;

/** Columns of so many cells grow by a quarter, smaller ones to twice their size. */
const LARGE_CELLS = 64 * 1024;

/** `expectedCells` saves growing up to there, and as much garbage as it takes. */
export function growableInt32(expectedCells = 0): GrowableColumn<Int32Array> {
  return growable(
    (length) => new Int32Array(length),
    (cells, length) => cells.subarray(0, length),
    expectedCells,
  );
}

export function growableUint32(expectedCells = 0): GrowableColumn<Uint32Array> {
  return growable(
    (length) => new Uint32Array(length),
    (cells, length) => cells.subarray(0, length),
    expectedCells,
  );
}

export function growableUint8(expectedCells = 0): GrowableColumn<Uint8Array> {
  return growable(
    (length) => new Uint8Array(length),
    (cells, length) => cells.subarray(0, length),
    expectedCells,
  );
}

export function growableFloat64(): GrowableColumn<Float64Array> {
  return growable(
    (length) => new Float64Array(length),
    (cells, length) => cells.subarray(0, length),
  );
}

function larger(length: number): number {
  return length < LARGE_CELLS ? 2 * length : length + (length >> 2);
}

function growable<Cells extends NumberCells>(
  create: (length: number) => Cells,
  firstOf: (cells: Cells, length: number) => Cells,
  expectedCells = 0,
): GrowableColumn<Cells> {
  let cells = create(Math.max(INITIAL_CELLS, expectedCells));
  let length = 0;

  function resize(capacity: number): void {
    const resized = create(capacity);
    resized.set(firstOf(cells, length));
    cells = resized;
  }

  return {
    length: () => length,
    push(value) {
      if (length === cells.length) resize(Math.max(INITIAL_CELLS, larger(length)));
      cells[length++] = value;
    },
    append(values) {
      const needed = length + values.length;
      // The first ones are often all that come.
      if (needed > cells.length) resize(Math.max(needed, larger(length)));
      cells.set(values, length);
      length = needed;
    },
    at: (row) => cells[row] ?? 0,
    view: () => firstOf(cells, length),
    trim() {
      if (length < cells.length) resize(length);
    },
    bytes: () => COLUMN_BYTES + cells.byteLength,
  };
}
