/** Small arrays are part of V8's heap; larger ones are memory of their own, made and counted one by one. */
const SMALL_CELLS = 16;

/** An Int32Array that grows: what every table is built with before `finish()` freezes it. */
export type GrowableInt32 = {
  readonly length: () => number;
  push(value: number): void;
  at(row: number): number;
  set(row: number, value: number): void;
  finish(): Int32Array;
};

export function createGrowableInt32(capacity = SMALL_CELLS): GrowableInt32 {
  let cells = new Int32Array(capacity);
  let length = 0;
  return {
    length: () => length,
    push(value) {
      if (length === cells.length) {
        const larger = new Int32Array(Math.max(8, cells.length * 2));
        larger.set(cells);
        cells = larger;
      }
      cells[length++] = value;
    },
    at: (row) => cells[row],
    set(row, value) {
      cells[row] = value;
    },
    finish: () => cells.slice(0, length),
  };
}
