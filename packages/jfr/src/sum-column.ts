import { type Int64Column, widen } from '@emberscope/profile';

const INT64_MAX = 2n ** 63n - 1n;

/** A column of sums, exact; one that int64 does not hold stays at its largest value. */
export class SumColumn {
  private cells: Int64Column = new Float64Array(64);

  /** `row` is one of those so far, or the next. */
  add(row: number, value: number | bigint): void {
    if (row >= this.cells.length) this.grow();
    const { cells } = this;
    if (cells instanceof Float64Array) {
      const sum = typeof value === 'number' ? cells[row] + value : Number.POSITIVE_INFINITY;
      if (Number.isSafeInteger(sum)) {
        cells[row] = sum;
        return;
      }
    }
    const wide = widen(cells);
    this.cells = wide;
    const sum = wide[row] + BigInt(value);
    wide[row] = sum > INT64_MAX ? INT64_MAX : sum;
  }

  finish(length: number): Int64Column {
    return this.cells.slice(0, length);
  }

  private grow(): void {
    const { cells } = this;
    if (cells instanceof Float64Array) {
      const larger = new Float64Array(cells.length * 2);
      larger.set(cells);
      this.cells = larger;
    } else {
      const larger = new BigInt64Array(cells.length * 2);
      larger.set(cells);
      this.cells = larger;
    }
  }
}
