import { type LocationTable, NO_MAPPING, type Symbols } from '@emberscope/profile';
import { halvesOfColumn } from './halves.ts';

/** Marks of rows that stay: 1 or 0, a cell for each row. */
export type Marks = Uint8Array;

/** What becomes of a table of which some rows stay, in their order. */
export type KeptRows = {
  /** The old row of each new one. */
  readonly old: Int32Array;
  /** The new row of each old one, -1 for those that go. */
  readonly renamed: Int32Array;
};

export function keptRows(marks: Marks): KeptRows {
  const renamed = new Int32Array(marks.length).fill(-1);
  let length = 0;
  for (let row = 0; row < marks.length; row++) if (marks[row] === 1) renamed[row] = length++;
  const old = new Int32Array(length);
  for (let row = 0; row < marks.length; row++) if (marks[row] === 1) old[renamed[row]] = row;
  return { old, renamed };
}

/** Symbols of which only some locations and texts stay, with what those locations refer to. */
export function keepSymbols(
  { strings, functions, mappings }: Symbols,
  locations: LocationTable,
  isLocationKept: Marks,
  isTextKept: Marks,
): { readonly symbols: Symbols; readonly locations: KeptRows; readonly strings: KeptRows } {
  const keptLocations = keptRows(isLocationKept);
  const isFunctionKept = new Uint8Array(functions.length);
  const isMappingKept = new Uint8Array(mappings.length);
  let lineCount = 0;
  for (const row of keptLocations.old) {
    if (locations.mapping[row] !== NO_MAPPING) isMappingKept[locations.mapping[row]] = 1;
    for (let line = locations.lineStart[row]; line < locations.lineStart[row + 1]; line++) {
      isFunctionKept[locations.lineFunction[line]] = 1;
      lineCount++;
    }
  }
  const keptFunctions = keptRows(isFunctionKept);
  const keptMappings = keptRows(isMappingKept);

  const isStringKept = isTextKept.slice();
  isStringKept[0] = 1;
  for (const row of keptFunctions.old) {
    isStringKept[functions.name[row]] = 1;
    isStringKept[functions.systemName[row]] = 1;
    isStringKept[functions.fileName[row]] = 1;
  }
  for (const row of keptMappings.old) {
    isStringKept[mappings.fileName[row]] = 1;
    isStringKept[mappings.buildId[row]] = 1;
  }
  const keptStrings = keptRows(isStringKept);

  const { length } = keptLocations.old;
  const lineStart = new Int32Array(length + 1);
  const lineFunction = new Int32Array(lineCount);
  const lineNumber = new Int32Array(lineCount);
  const mapping = new Int32Array(length);
  let lines = 0;
  for (let row = 0; row < length; row++) {
    const old = keptLocations.old[row];
    const oldMapping = locations.mapping[old];
    mapping[row] = oldMapping === NO_MAPPING ? NO_MAPPING : keptMappings.renamed[oldMapping];
    for (let line = locations.lineStart[old]; line < locations.lineStart[old + 1]; line++) {
      lineFunction[lines] = keptFunctions.renamed[locations.lineFunction[line]];
      lineNumber[lines++] = locations.lineNumber[line];
    }
    lineStart[row + 1] = lines;
  }
  const textsOf = (column: Int32Array, rows: Int32Array) =>
    pickRenamed(column, rows, keptStrings.renamed);
  return {
    locations: keptLocations,
    strings: keptStrings,
    symbols: {
      strings: pickStrings(strings, keptStrings.old),
      functions: {
        length: keptFunctions.old.length,
        name: textsOf(functions.name, keptFunctions.old),
        systemName: textsOf(functions.systemName, keptFunctions.old),
        fileName: textsOf(functions.fileName, keptFunctions.old),
        startLine: pickInt32(functions.startLine, keptFunctions.old),
      },
      mappings: {
        length: keptMappings.old.length,
        memoryStart: pickUint64(mappings.memoryStart, keptMappings.old),
        memoryLimit: pickUint64(mappings.memoryLimit, keptMappings.old),
        fileOffset: pickUint64(mappings.fileOffset, keptMappings.old),
        fileName: textsOf(mappings.fileName, keptMappings.old),
        buildId: textsOf(mappings.buildId, keptMappings.old),
        has: pickUint8(mappings.has, keptMappings.old),
      },
      locations: {
        length,
        mapping,
        address: pickUint64(locations.address, keptLocations.old),
        isFolded: pickUint8(locations.isFolded, keptLocations.old),
        lineStart,
        lineFunction,
        lineNumber,
      },
    },
  };
}

/*
 * The cells of some rows. Loops, since `from` and `map` of typed arrays call back for each cell, and
 * make a bigint of it: that took longer than all the rest of normalizing a profile.
 */

function pickInt32(column: Int32Array, rows: Int32Array): Int32Array {
  const cells = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row++) cells[row] = column[rows[row]];
  return cells;
}

function pickRenamed(column: Int32Array, rows: Int32Array, renamed: Int32Array): Int32Array {
  const cells = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row++) cells[row] = renamed[column[rows[row]]];
  return cells;
}

function pickUint8(column: Uint8Array, rows: Int32Array): Uint8Array {
  const cells = new Uint8Array(rows.length);
  for (let row = 0; row < rows.length; row++) cells[row] = column[rows[row]];
  return cells;
}

function pickUint64(column: BigUint64Array, rows: Int32Array): BigUint64Array {
  const cells = new BigUint64Array(rows.length);
  const from = halvesOfColumn(column);
  const to = halvesOfColumn(cells);
  for (let row = 0; row < rows.length; row++) {
    to[2 * row] = from[2 * rows[row]];
    to[2 * row + 1] = from[2 * rows[row] + 1];
  }
  return cells;
}

function pickStrings(strings: readonly string[], rows: Int32Array): string[] {
  const picked: string[] = new Array(rows.length);
  for (let row = 0; row < rows.length; row++) picked[row] = strings[rows[row]];
  return picked;
}
