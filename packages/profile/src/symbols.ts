import type { StringIndex } from './strings.ts';

/** Row of a {@link FunctionTable}. */
export type FunctionIndex = number;
/** Row of a {@link MappingTable}. */
export type MappingIndex = number;
/** Row of a {@link LocationTable}. */
export type LocationIndex = number;

/** A location that lies in no known mapping. */
export const NO_MAPPING: MappingIndex = -1;

/** Functions as the profiler named them. All columns have `length` cells. */
export type FunctionTable = {
  readonly length: number;
  readonly name: Int32Array;
  readonly systemName: Int32Array;
  readonly fileName: Int32Array;
  /** The line of the definition, 0 when unknown. */
  readonly startLine: Int32Array;
};

/** Which symbols a mapping carries: bits of {@link MappingTable.has}. */
export const MAPPING_HAS = {
  functions: 1,
  fileNames: 2,
  lineNumbers: 4,
  inlineFrames: 8,
} as const;

/** Binaries and libraries mapped into the process. All columns have `length` cells. */
export type MappingTable = {
  readonly length: number;
  readonly memoryStart: BigUint64Array;
  readonly memoryLimit: BigUint64Array;
  readonly fileOffset: BigUint64Array;
  readonly fileName: Int32Array;
  readonly buildId: Int32Array;
  readonly has: Uint8Array;
};

/**
 * Places in the code. A location has one line for each function that was inlined there, and at
 * least one more for the function that holds them; a location without lines is an address that
 * nobody has given a name to.
 *
 *     location           0         1            2
 *     lineStart          0         1            3        3     (length + 1 cells)
 *     lineFunction       main      json serve            innermost first, as in pprof
 *     lineNumber         12        88   40
 *
 * `mapping`, `address` and `isFolded` have `length` cells; `lineFunction` and `lineNumber` have
 * `lineStart[length]`.
 */
export type LocationTable = {
  readonly length: number;
  readonly mapping: Int32Array;
  readonly address: BigUint64Array;
  readonly isFolded: Uint8Array;
  readonly lineStart: Int32Array;
  readonly lineFunction: Int32Array;
  /** The line that ran (or, from profilers that do not know it, the line of the definition). */
  readonly lineNumber: Int32Array;
};

/** What the integers of a profile stand for. */
export type Symbols = {
  /** Row 0 is the empty string. */
  readonly strings: readonly string[];
  readonly functions: FunctionTable;
  readonly mappings: MappingTable;
  readonly locations: LocationTable;
};

/** One function as a row: what an interner takes in. */
export type FunctionRow = {
  readonly name: StringIndex;
  readonly systemName: StringIndex;
  readonly fileName: StringIndex;
  readonly startLine: number;
};

export type MappingRow = {
  readonly memoryStart: bigint;
  readonly memoryLimit: bigint;
  readonly fileOffset: bigint;
  readonly fileName: StringIndex;
  readonly buildId: StringIndex;
  readonly has: number;
};

export type LineRow = { readonly function: FunctionIndex; readonly lineNumber: number };

export type LocationRow = {
  readonly mapping: MappingIndex;
  readonly address: bigint;
  readonly isFolded: boolean;
  /** Innermost first. */
  readonly lines: readonly LineRow[];
};

export function functionRow(functions: FunctionTable, row: FunctionIndex): FunctionRow {
  return {
    name: functions.name[row],
    systemName: functions.systemName[row],
    fileName: functions.fileName[row],
    startLine: functions.startLine[row],
  };
}

export function mappingRow(mappings: MappingTable, row: MappingIndex): MappingRow {
  return {
    memoryStart: mappings.memoryStart[row],
    memoryLimit: mappings.memoryLimit[row],
    fileOffset: mappings.fileOffset[row],
    fileName: mappings.fileName[row],
    buildId: mappings.buildId[row],
    has: mappings.has[row],
  };
}

export function locationRow(locations: LocationTable, row: LocationIndex): LocationRow {
  const lines: LineRow[] = [];
  for (let line = locations.lineStart[row]; line < locations.lineStart[row + 1]; line++) {
    lines.push({
      function: locations.lineFunction[line],
      lineNumber: locations.lineNumber[line],
    });
  }
  return {
    mapping: locations.mapping[row],
    address: locations.address[row],
    isFolded: locations.isFolded[row] === 1,
    lines,
  };
}
