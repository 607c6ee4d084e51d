import {
  type LocationIndex,
  type LocationTable,
  type MappingIndex,
  NO_MAPPING,
} from '@emberscope/profile';
import { FIND_BLOCK, NOT_FOUND } from './find-block.ts';
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
   * Finds the rows of all locations of a table, whose mappings and functions have the rows
   * `mappingOf` and `functionOf`: a cell for each, {@link NOT_FOUND} where there is none. While
   * something may still come.
   */
  find(
    table: LocationTable,
    mappingOf: Int32Array,
    functionOf: Int32Array,
    found: Int32Array,
  ): void;
  view(): LocationTable;
  /** Gives back what only `intern` needs. */
  close(): void;
  readonly bytes: () => number;
};

/** Of a block of locations; one for all tables of a thread. */
const hashes = new Int32Array(FIND_BLOCK);
const firstRows = new Int32Array(FIND_BLOCK);
const firstCells = new Int32Array(FIND_BLOCK);

/**
 * For each row: function and number of the first line, and a row of the shapes. Few: what a profile
 * looks at of them is fetched into the processor's cache for each.
 */
const LOCATION_CELLS = 3;
/**
 * What neighbours mostly share, as all of Node's do: mapping, two words of the address, and twice
 * the number of lines with the fold mark in the last bit. Two shapes may be equal.
 */
const SHAPE_CELLS = 4;
const INITIAL_ROWS = 8;

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

  /** The one that was added last, or another. */
  function addShape(mapping: number, low: number, high: number, linesAndFold: number): number {
    const last = shapeCount - 1;
    if (last >= 0 && isShape(shapes, last, mapping, low, high, linesAndFold)) return last;
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
          isShape(shapes, cells[at + 2] ?? 0, mapping, low, high, linesAndFold) &&
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
    find(table, mappingOf, functionOf, found) {
      if (slots === undefined) throw new Error('the locations are closed');
      // What lies in closures is fetched anew by each step of a loop: columns are handed over.
      const rows = { slots: slots.cells(), cells, shapes, lineStarts: lineStarts.view() };
      const lines = { lineFunctions: lineFunctions.view(), lineNumbers: lineNumbers.view() };
      const columns = { ...rows, ...lines };
      const from = { table, words: wordsOf(table.address), mappingOf, functionOf };
      for (let at = 0; at < table.length; at += FIND_BLOCK) {
        findBlock(columns, from, at, Math.min(table.length, at + FIND_BLOCK), found);
      }
    },
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

/** The columns of the rows as they stand. */
type RowColumns = {
  readonly slots: Int32Array;
  readonly cells: Int32Array;
  readonly shapes: Int32Array;
  readonly lineStarts: Int32Array;
  readonly lineFunctions: Int32Array;
  readonly lineNumbers: Int32Array;
};

/** A table that is looked for, and the rows of its mappings and functions. */
type Sought = {
  readonly table: LocationTable;
  readonly words: Uint32Array;
  readonly mappingOf: Int32Array;
  readonly functionOf: Int32Array;
};

function findBlock(
  rows: RowColumns,
  { table, words, mappingOf, functionOf }: Sought,
  at: number,
  atEnd: number,
  found: Int32Array,
): void {
  const { slots, cells, shapes } = rows;
  const { mapping, isFolded, lineStart, lineFunction, lineNumber } = table;
  const mask = slots.length - 1;
  for (let i = at; i < atEnd; i++) {
    const own = mapping[i] ?? NO_MAPPING;
    const moved = own === NO_MAPPING ? NO_MAPPING : (mappingOf[own] ?? NOT_FOUND);
    let hash = hashOf(isFolded[i] ?? 0, moved, words[2 * i] ?? 0, words[2 * i + 1] ?? 0);
    const end = lineStart[i + 1] ?? 0;
    for (let line = lineStart[i] ?? 0; line < end; line++) {
      const callee = functionOf[lineFunction[line] ?? 0] ?? NOT_FOUND;
      hash = mixHash(mixHash(hash, callee), lineNumber[line] ?? 0);
    }
    hashes[i - at] = finishHash(hash);
  }
  const count = atEnd - at;
  for (let i = 0; i < count; i++) firstRows[i] = (slots[(hashes[i] ?? 0) & mask] ?? 0) - 1;
  for (let i = 0; i < count; i++) firstCells[i] = cells[LOCATION_CELLS * (firstRows[i] ?? 0)] ?? 0;
  for (let i = at; i < atEnd; i++) {
    const own = mapping[i] ?? NO_MAPPING;
    const moved = own === NO_MAPPING ? NO_MAPPING : (mappingOf[own] ?? NOT_FOUND);
    const low = (words[2 * i] ?? 0) | 0;
    const high = (words[2 * i + 1] ?? 0) | 0;
    const start = lineStart[i] ?? 0;
    const end = lineStart[i + 1] ?? 0;
    const linesAndFold = 2 * (end - start) + (isFolded[i] ?? 0);
    const callee = functionOf[lineFunction[start] ?? 0] ?? NOT_FOUND;
    const number = lineNumber[start] ?? 0;
    let slot = hashes[i - at] ?? 0;
    let row = firstRows[i - at] ?? NO_ROW;
    if (row !== NO_ROW && start !== end && firstCells[i - at] !== callee) {
      row = (slots[++slot & mask] ?? 0) - 1;
    }
    while (row !== NO_ROW) {
      const cell = LOCATION_CELLS * row;
      const isRow =
        (start === end || (cells[cell] === callee && cells[cell + 1] === number)) &&
        isShape(shapes, cells[cell + 2] ?? 0, moved, low, high, linesAndFold) &&
        (end - start < 2 || hasLinesOf(rows, row, table, functionOf, start, end));
      if (isRow) break;
      row = (slots[++slot & mask] ?? 0) - 1;
    }
    found[i] = row === NO_ROW ? NOT_FOUND : row;
  }
}

/** Of a row with as many lines. */
function hasLinesOf(
  { lineStarts, lineFunctions, lineNumbers }: RowColumns,
  row: number,
  { lineFunction, lineNumber }: LocationTable,
  functionOf: Int32Array,
  start: number,
  end: number,
): boolean {
  const first = lineStarts[row] ?? 0;
  for (let line = start; line < end; line++) {
    const at = first + line - start;
    if (lineFunctions[at] !== functionOf[lineFunction[line] ?? 0]) return false;
    if (lineNumbers[at] !== lineNumber[line]) return false;
  }
  return true;
}

function isShape(
  shapes: Int32Array,
  shape: number,
  mapping: number,
  low: number,
  high: number,
  linesAndFold: number,
): boolean {
  const at = SHAPE_CELLS * shape;
  return (
    shapes[at] === mapping &&
    shapes[at + 1] === low &&
    shapes[at + 2] === high &&
    shapes[at + 3] === linesAndFold
  );
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
