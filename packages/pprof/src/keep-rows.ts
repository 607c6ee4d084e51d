import { type LocationTable, NO_MAPPING, type Symbols } from '@emberscope/profile';

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
  const text = (column: Int32Array, rows: Int32Array): Int32Array =>
    rows.map((row) => keptStrings.renamed[column[row]]);
  return {
    locations: keptLocations,
    strings: keptStrings,
    symbols: {
      strings: Array.from(keptStrings.old, (row) => strings[row]),
      functions: {
        length: keptFunctions.old.length,
        name: text(functions.name, keptFunctions.old),
        systemName: text(functions.systemName, keptFunctions.old),
        fileName: text(functions.fileName, keptFunctions.old),
        startLine: keptFunctions.old.map((row) => functions.startLine[row]),
      },
      mappings: {
        length: keptMappings.old.length,
        memoryStart: BigUint64Array.from(keptMappings.old, (row) => mappings.memoryStart[row]),
        memoryLimit: BigUint64Array.from(keptMappings.old, (row) => mappings.memoryLimit[row]),
        fileOffset: BigUint64Array.from(keptMappings.old, (row) => mappings.fileOffset[row]),
        fileName: text(mappings.fileName, keptMappings.old),
        buildId: text(mappings.buildId, keptMappings.old),
        has: Uint8Array.from(keptMappings.old, (row) => mappings.has[row]),
      },
      locations: {
        length,
        mapping,
        address: BigUint64Array.from(keptLocations.old, (row) => locations.address[row]),
        isFolded: Uint8Array.from(keptLocations.old, (row) => locations.isFolded[row]),
        lineStart,
        lineFunction,
        lineNumber,
      },
    },
  };
}
