import { createStringInterner, type StringIndex } from './strings.ts';
import type {
  FunctionIndex,
  FunctionRow,
  FunctionTable,
  LocationIndex,
  LocationRow,
  LocationTable,
  MappingIndex,
  MappingRow,
  MappingTable,
  Symbols,
} from './symbols.ts';

export type SymbolInterner = {
  string(text: string): StringIndex;
  function(row: FunctionRow): FunctionIndex;
  mapping(row: MappingRow): MappingIndex;
  location(row: LocationRow): LocationIndex;
  finish(): Symbols;
};

/**
 * Collects symbols of several profiles into one set of tables, each distinct row once. What makes
 * rows equal is what Pyroscope's merge of pprof profiles takes for equal: a function by its four
 * fields; a mapping by build id or else file, with its size and offset (not by where the loader
 * happened to put it); a location by mapping, address, lines and fold mark.
 */
export function createSymbolInterner(): SymbolInterner {
  const strings = createStringInterner();
  const functions = createRowInterner<FunctionRow>(
    (f) => `${f.name},${f.systemName},${f.fileName},${f.startLine}`,
  );
  const mappings = createRowInterner<MappingRow>(
    (m) =>
      `${m.memoryLimit - m.memoryStart},${m.fileOffset},${m.buildId !== 0 ? `b${m.buildId}` : `f${m.fileName}`}`,
  );
  const locations = createRowInterner<LocationRow>(
    (l) =>
      `${l.mapping},${l.address},${l.isFolded ? 1 : 0},${l.lines.map((line) => `${line.function}:${line.lineNumber}`).join(',')}`,
  );

  return {
    string: strings.intern,
    function: functions.intern,
    mapping: mappings.intern,
    location: locations.intern,
    finish: () => ({
      strings: strings.finish(),
      functions: functionTableOf(functions.rows),
      mappings: mappingTableOf(mappings.rows),
      locations: locationTableOf(locations.rows),
    }),
  };
}

function createRowInterner<Row>(keyOf: (row: Row) => string) {
  const rows: Row[] = [];
  const rowByKey = new Map<string, number>();
  return {
    rows,
    intern(row: Row): number {
      const key = keyOf(row);
      let index = rowByKey.get(key);
      if (index === undefined) {
        index = rows.length;
        rows.push(row);
        rowByKey.set(key, index);
      }
      return index;
    },
  };
}

export function functionTableOf(rows: readonly FunctionRow[]): FunctionTable {
  return {
    length: rows.length,
    name: Int32Array.from(rows, (row) => row.name),
    systemName: Int32Array.from(rows, (row) => row.systemName),
    fileName: Int32Array.from(rows, (row) => row.fileName),
    startLine: Int32Array.from(rows, (row) => row.startLine),
  };
}

export function mappingTableOf(rows: readonly MappingRow[]): MappingTable {
  return {
    length: rows.length,
    memoryStart: BigUint64Array.from(rows, (row) => row.memoryStart),
    memoryLimit: BigUint64Array.from(rows, (row) => row.memoryLimit),
    fileOffset: BigUint64Array.from(rows, (row) => row.fileOffset),
    fileName: Int32Array.from(rows, (row) => row.fileName),
    buildId: Int32Array.from(rows, (row) => row.buildId),
    has: Uint8Array.from(rows, (row) => row.has),
  };
}

export function locationTableOf(rows: readonly LocationRow[]): LocationTable {
  const lineStart = new Int32Array(rows.length + 1);
  for (const [row, location] of rows.entries()) {
    lineStart[row + 1] = lineStart[row] + location.lines.length;
  }
  const lines = rows.flatMap((row) => row.lines);
  return {
    length: rows.length,
    mapping: Int32Array.from(rows, (row) => row.mapping),
    address: BigUint64Array.from(rows, (row) => row.address),
    isFolded: Uint8Array.from(rows, (row) => (row.isFolded ? 1 : 0)),
    lineStart,
    lineFunction: Int32Array.from(lines, (line) => line.function),
    lineNumber: Int32Array.from(lines, (line) => line.lineNumber),
  };
}
