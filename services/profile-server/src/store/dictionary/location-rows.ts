import type { LocationIndex, LocationTable, MappingIndex } from '@emberscope/profile';
import { growableInt32, growableUint8, growableUint32 } from './growable-column.ts';
import { createHashSlots, finishHash, type HashSlots, mixHash, NO_ROW } from './hash-slots.ts';

/** Lines of one location, innermost first, as a run of two columns. */
export type LineRun = {
  readonly functions: ArrayLike<number>;
  readonly lineNumbers: ArrayLike<number>;
  readonly start: number;
  readonly end: number;
};

/**
 * Locations, each distinct one once: equal when mapping, address, fold mark and lines are.
 * Addresses come and are kept as two words, since a bigint for each look-up would be garbage.
 */
export type LocationRows = {
  intern(
    mapping: MappingIndex,
    addressLow: number,
    addressHigh: number,
    isFolded: number,
    lines: LineRun,
  ): LocationIndex;
  /**
   * {@link LOCATION_CELLS} for each row: function and number of the first line, and a row of `shapes`.
   * They hold until the next row is added; for loops that cannot afford a call for each. While
   * something may still come.
   */
  cells(): Int32Array;
  /**
   * What neighbours mostly share, as all of Node's do, {@link SHAPE_CELLS} for each: mapping, two words
   * of the address, number of lines and fold mark ({@link ONE_LINE}). Two shapes may be equal.
   */
  shapes(): Int32Array;
  view(): LocationTable;
  /** Gives back what only `intern` needs. */
  close(): void;
  readonly bytes: () => number;
};

/** Few: what a profile looks at of them is fetched into the processor's cache for each. */
export const LOCATION_CELLS = 3;
export const SHAPE_CELLS = 4;
const INITIAL_ROWS = 8;
/** One line, no fold mark, in the cell of both: it holds twice the number of lines, and the mark. */
export const ONE_LINE = 2;

export function createLocationRows(): LocationRows {
  const mappings = growableInt32();
  const addressWords = growableUint32();
  const foldMarks = growableUint8();
  const lineStarts = growableInt32();
  const lineFunctions = growableInt32();
  const lineNumbers = growableInt32();
  const columns = [mappings, addressWords, foldMarks, lineStarts, lineFunctions, lineNumbers];
  let slots: HashSlots | undefined = createHashSlots(hashOfRow);
  /**
   * What rows are compared by, all of one in one place. Nearly all have one line.
   */
  let cells = new Int32Array(LOCATION_CELLS * INITIAL_ROWS);
  let shapes = new Int32Array(SHAPE_CELLS);
  let shapeCount = 0;
  lineStarts.push(0);

  function hashOfRow(row: number): number {
    const shape = SHAPE_CELLS * (cells[LOCATION_CELLS * row + 2] ?? 0);
    const isFolded = (shapes[shape + 3] ?? 0) & 1;
    const mapping = shapes[shape] ?? 0;
    let hash = hashOf(isFolded, mapping, shapes[shape + 1] ?? 0, shapes[shape + 2] ?? 0);
    for (let line = lineStarts.at(row); line < lineStarts.at(row + 1); line++) {
      hash = mixHash(mixHash(hash, lineFunctions.at(line)), lineNumbers.at(line));
    }
    return finishHash(hash);
  }

  function hasLines(row: number, lines: LineRun): boolean {
    const first = lineStarts.at(row);
    if (lineStarts.at(row + 1) - first !== lines.end - lines.start) return false;
    for (let i = lines.start; i < lines.end; i++) {
      const at = first + i - lines.start;
      if (lineFunctions.at(at) !== lines.functions[i]) return false;
      if (lineNumbers.at(at) !== lines.lineNumbers[i]) return false;
    }
    return true;
  }

  function isShape(
    shape: number,
    mapping: number,
    low: number,
    high: number,
    linesAndFold: number,
  ) {
    const at = SHAPE_CELLS * shape;
    return (
      shapes[at] === mapping &&
      shapes[at + 1] === low &&
      shapes[at + 2] === high &&
      shapes[at + 3] === linesAndFold
    );
  }

  /** The one that was added last, or another. */
  function addShape(mapping: number, low: number, high: number, linesAndFold: number): number {
    const last = shapeCount - 1;
    if (last >= 0 && isShape(last, mapping, low, high, linesAndFold)) return last;
    const at = SHAPE_CELLS * shapeCount;
    if (at === shapes.length) shapes = enlarged(shapes);
    shapes[at] = mapping;
    shapes[at + 1] = low;
    shapes[at + 2] = high;
    shapes[at + 3] = linesAndFold;
    return shapeCount++;
  }

  return {
    intern(mapping, addressLow, addressHigh, isFolded, lines) {
      if (slots === undefined) throw new Error('the locations are closed');
      let hash = hashOf(isFolded, mapping, addressLow, addressHigh);
      for (let i = lines.start; i < lines.end; i++) {
        hash = mixHash(mixHash(hash, lines.functions[i] ?? 0), lines.lineNumbers[i] ?? 0);
      }
      hash = finishHash(hash);
      const count = lines.end - lines.start;
      const first = lines.functions[lines.start] ?? 0;
      const firstNumber = lines.lineNumbers[lines.start] ?? 0;
      const low = addressLow | 0;
      const high = addressHigh | 0;
      const linesAndFold = 2 * count + isFolded;
      for (let row = slots.first(hash); row !== NO_ROW; row = slots.next()) {
        const at = LOCATION_CELLS * row;
        if (
          (count === 0 || (cells[at] === first && cells[at + 1] === firstNumber)) &&
          isShape(cells[at + 2] ?? 0, mapping, low, high, linesAndFold) &&
          (count < 2 || hasLines(row, lines))
        ) {
          return row;
        }
      }
      slots.add(hash);
      const at = LOCATION_CELLS * mappings.length();
      if (at === cells.length) cells = enlarged(cells);
      cells[at] = count === 0 ? 0 : first;
      cells[at + 1] = count === 0 ? 0 : firstNumber;
      cells[at + 2] = addShape(mapping, low, high, linesAndFold);
      mappings.push(mapping);
      addressWords.push(addressLow);
      addressWords.push(addressHigh);
      foldMarks.push(isFolded);
      for (let i = lines.start; i < lines.end; i++) {
        lineFunctions.push(lines.functions[i] ?? 0);
        lineNumbers.push(lines.lineNumbers[i] ?? 0);
      }
      lineStarts.push(lineFunctions.length());
      return mappings.length() - 1;
    },
    cells: () => cells,
    shapes: () => shapes,
    view: () => ({
      length: mappings.length(),
      mapping: mappings.view(),
      address: bigUintsOf(addressWords.view()),
      isFolded: foldMarks.view(),
      lineStart: lineStarts.view(),
      lineFunction: lineFunctions.view(),
      lineNumber: lineNumbers.view(),
    }),
    close() {
      slots = undefined;
      cells = new Int32Array(0);
      shapes = new Int32Array(0);
      for (const column of columns) column.trim();
    },
    bytes: () =>
      columns.reduce((sum, column) => sum + column.bytes(), 0) +
      cells.byteLength +
      shapes.byteLength +
      (slots?.bytes() ?? 0),
  };
}

function enlarged(cells: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * cells.length);
  larger.set(cells);
  return larger;
}

function hashOf(isFolded: number, mapping: number, low: number, high: number): number {
  return mixHash(mixHash(mixHash(isFolded, mapping), low), high);
}

/** Pairs of words, the low one first, as 64-bit integers. The machine is little-endian, as all are. */
export function bigUintsOf(words: Uint32Array): BigUint64Array {
  return new BigUint64Array(words.buffer, words.byteOffset, words.length / 2);
}

/** The other way round: the words of 64-bit integers, the low one first. */
export function wordsOf(integers: BigUint64Array): Uint32Array {
  return new Uint32Array(integers.buffer, integers.byteOffset, integers.length * 2);
}
