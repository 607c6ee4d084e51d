import { COLUMN_BYTES } from './heap-sizes.ts';

/**
 * A typed column that grows at its end. Rows are written once; `view()` therefore stays what it was
 * while the column goes on growing, and a query can hold it without a copy.
 */
export type GrowableColumn<Cells> = {
  length(): number;
  push(value: number): void;
  /** Many at once. */
  append(values: Cells): void;
  at(row: number): number;
  /** The cells so far, as a window on the column's memory: for reading only. */
  view(): Cells;
  /** Gives unused room back; for columns that grow no more. */
  trim(): void;
  /** Of the memory it holds, used or not. */
  bytes(): number;
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
  return new Growable(INT32, expectedCells);
}

export function growableUint32(expectedCells = 0): GrowableColumn<Uint32Array> {
  return new Growable(UINT32, expectedCells);
}

export function growableUint8(expectedCells = 0): GrowableColumn<Uint8Array> {
  return new Growable(UINT8, expectedCells);
}

export function growableFloat64(): GrowableColumn<Float64Array> {
  return new Growable(FLOAT64, 0);
}

type CellSort<Cells> = {
  create(length: number): Cells;
  firstOf(cells: Cells, length: number): Cells;
};

const INT32: CellSort<Int32Array> = {
  create: (length) => new Int32Array(length),
  firstOf: (cells, length) => cells.subarray(0, length),
};
const UINT32: CellSort<Uint32Array> = {
  create: (length) => new Uint32Array(length),
  firstOf: (cells, length) => cells.subarray(0, length),
};
const UINT8: CellSort<Uint8Array> = {
  create: (length) => new Uint8Array(length),
  firstOf: (cells, length) => cells.subarray(0, length),
};
const FLOAT64: CellSort<Float64Array> = {
  create: (length) => new Float64Array(length),
  firstOf: (cells, length) => cells.subarray(0, length),
};

function larger(length: number): number {
  return length < LARGE_CELLS ? 2 * length : length + (length >> 2);
}

/**
 * A class, for its functions are there once: a dictionary has fifteen columns, and closures of each
 * took more than most dictionaries hold.
 */
class Growable<Cells extends NumberCells> implements GrowableColumn<Cells> {
  private readonly sort: CellSort<Cells>;
  private cells: Cells;
  private count = 0;

  constructor(sort: CellSort<Cells>, expectedCells: number) {
    this.sort = sort;
    this.cells = sort.create(Math.max(INITIAL_CELLS, expectedCells));
  }

  length(): number {
    return this.count;
  }

  push(value: number): void {
    if (this.count === this.cells.length) {
      this.resize(Math.max(INITIAL_CELLS, larger(this.count)));
    }
    this.cells[this.count++] = value;
  }

  append(values: Cells): void {
    const needed = this.count + values.length;
    // The first ones are often all that come.
    if (needed > this.cells.length) this.resize(Math.max(needed, larger(this.count)));
    this.cells.set(values, this.count);
    this.count = needed;
  }

  at(row: number): number {
    return this.cells[row] ?? 0;
  }

  view(): Cells {
    return this.sort.firstOf(this.cells, this.count);
  }

  trim(): void {
    if (this.count < this.cells.length) this.resize(this.count);
  }

  bytes(): number {
    return COLUMN_BYTES + this.cells.byteLength;
  }

  private resize(capacity: number): void {
    const resized = this.sort.create(capacity);
    resized.set(this.sort.firstOf(this.cells, this.count));
    this.cells = resized;
  }
}
