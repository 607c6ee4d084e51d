/**
 * A column that one reading after the other fills from the start: it grows, and is kept. Loops
 * take `cells` into a variable of their own and ask for room once a row, not once a cell.
 */
export class Int32Scratch {
  cells = new Int32Array(INITIAL_CELLS);

  /** Makes room for `length` cells, keeping those that are there; answers the cells. */
  reserve(length: number): Int32Array {
    if (length > this.cells.length) {
      const larger = new Int32Array(Math.max(length, this.cells.length * 2));
      larger.set(this.cells);
      this.cells = larger;
    }
    return this.cells;
  }

  /** Lets go of a large column, so that one huge profile does not hold memory for ever. */
  trim(): void {
    if (this.cells.length > MAX_KEPT_CELLS) this.cells = new Int32Array(INITIAL_CELLS);
  }
}

const INITIAL_CELLS = 1024;

/** 1 MiB a column: what a profile of Pyroscope's default limits needs, labels and all. */
const MAX_KEPT_CELLS = 262_144;

/** Whether one of the first `length` cells is no row of a table of `rowCount` rows. */
export function hasOutside(column: Int32Scratch, length: number, rowCount: number): boolean {
  const { cells } = column;
  for (let row = 0; row < length; row++) if (cells[row] < 0 || cells[row] >= rowCount) return true;
  return false;
}
