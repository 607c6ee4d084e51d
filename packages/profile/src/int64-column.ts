/**
 * A column of 64-bit integers, exact in both forms. Profile values are int64 on the wire, but
 * nearly all of them (and nearly all sums) are below 2^53, where a Float64Array is exact and
 * several times as fast as bigints. So a column is narrow until one cell does not fit.
 */
export type Int64Column = Float64Array | BigInt64Array;

/** Arithmetic for either form, so that an algorithm is written once. */
export type Int64Arithmetic<N> = {
  readonly zero: N;
  add(a: N, b: N): N;
  subtract(a: N, b: N): N;
  /** A small whole number. */
  of(value: number): N;
  column(length: number): Cells<N>;
  /** A column as an algorithm writes it, and the same one as others read it. */
  written(length: number): { readonly cells: Cells<N>; readonly column: Int64Column };
};

/** What both typed arrays look like to an algorithm that is written for either. */
export type Cells<N> = { [row: number]: N; readonly length: number };

export const narrowArithmetic: Int64Arithmetic<number> = {
  zero: 0,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  of: (value) => value,
  column: (length) => new Float64Array(length),
  written(length) {
    const column = new Float64Array(length);
    return { cells: column, column };
  },
};

export const wideArithmetic: Int64Arithmetic<bigint> = {
  zero: 0n,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  of: BigInt,
  column: (length) => new BigInt64Array(length),
  written(length) {
    const column = new BigInt64Array(length);
    return { cells: column, column };
  },
};

export function isWide(column: Int64Column): column is BigInt64Array {
  return column instanceof BigInt64Array;
}

/** The same values as bigints; the column itself when it is wide already. */
export function widen(column: Int64Column): BigInt64Array {
  return isWide(column) ? column : BigInt64Array.from(column, BigInt);
}

/** The exact value of one cell. */
export function int64At(column: Int64Column, row: number): bigint {
  return BigInt(column[row]);
}

/** The exact sum of a column. */
export function sumInt64(column: Int64Column): bigint {
  if (!isWide(column) && sumsStayNarrow(column)) {
    let sum = 0;
    for (let row = 0; row < column.length; row++) sum += column[row];
    return BigInt(sum);
  }
  let sum = 0n;
  for (let row = 0; row < column.length; row++) sum += BigInt(column[row]);
  return sum;
}

/**
 * True when any sum of cells of these narrow columns is below 2^53, that is, when adding them up
 * in any order and grouping is exact.
 */
export function sumsStayNarrow(...columns: readonly Int64Column[]): boolean {
  let magnitude = 0;
  for (const column of columns) {
    if (isWide(column)) return false;
    for (let row = 0; row < column.length; row++) magnitude += Math.abs(column[row]);
  }
  return magnitude <= Number.MAX_SAFE_INTEGER;
}

export type Int64ColumnBuilder = {
  readonly length: () => number;
  push(value: number | bigint): void;
  finish(): Int64Column;
};

/** Grows a column cell by cell; it turns wide at the first value that a double cannot hold. */
export function createInt64ColumnBuilder(capacity = 8): Int64ColumnBuilder {
  let cells: Int64Column = new Float64Array(capacity);
  let length = 0;

  function grow(): void {
    const capacity = Math.max(8, cells.length * 2);
    if (isWide(cells)) {
      const larger = new BigInt64Array(capacity);
      larger.set(cells);
      cells = larger;
    } else {
      const larger = new Float64Array(capacity);
      larger.set(cells);
      cells = larger;
    }
  }

  return {
    length: () => length,
    push(value) {
      if (length === cells.length) grow();
      const narrow = typeof value === 'number' ? value : narrowOrUndefined(value);
      if (narrow === undefined && !isWide(cells)) cells = widen(cells);
      if (isWide(cells)) cells[length++] = BigInt(value);
      else cells[length++] = narrow ?? 0;
    },
    finish: () => cells.slice(0, length),
  };
}

/** The cells of some rows, in their order, as a column of its own. */
export function pickInt64(column: Int64Column, rows: readonly number[]): Int64Column {
  return column instanceof Float64Array
    ? Float64Array.from(rows, (row) => column[row] ?? 0)
    : BigInt64Array.from(rows, (row) => column[row] ?? 0n);
}

function narrowOrUndefined(value: bigint): number | undefined {
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : undefined;
}
