import {
  createStringInterner,
  type FunctionRow,
  functionTableOf,
  type LineRow,
  type LocationIndex,
  type LocationRow,
  locationTableOf,
  MAPPING_HAS,
  type MappingRow,
  mappingTableOf,
  type StringIndex,
  type Symbols,
} from '@emberscope/profile';
import { type ConversionBudget, ROW_BYTES } from './conversion-budget.ts';
import type { Dictionary } from './dictionary.ts';
import type { Line, Mapping } from './otlp-export.ts';
import { rowAt, textAt, Unconvertible } from './unconvertible.ts';

/** What one profile refers to in the dictionary, as rows of its own. */
export type SymbolRows = {
  string(text: string): StringIndex;
  /** `isSymbolized` says so of the location's mapping, as the sample sees it. */
  location(index: number, isSymbolized: boolean): LocationIndex;
  finish(): Symbols;
};

/** Where compilers of C and Go leave the id of a binary. */
const BUILD_ID_ATTRIBUTE = 'process.executable.build_id.gnu';

/**
 * Copies what is asked for, each row once. A mapping is two rows, one with functions and one without,
 * where samples differ in that: what is in the first loses its addresses later, and what is in the
 * second has nothing else.
 */
export function createSymbolRows(dictionary: Dictionary, budget: ConversionBudget): SymbolRows {
  const { tables, texts } = dictionary;
  const strings = createStringInterner();
  const functions = createRows<FunctionRow>();
  const mappings = createRows<MappingRow>();
  const locations = createRows<LocationRow>();

  /** A long text is hashed anew each time, so each time costs. */
  function string(text: string): StringIndex {
    budget.spend(ROW_BYTES + text.length);
    return strings.intern(text);
  }

  const rowOfText = new Map<number, StringIndex>();
  function text(index: number, what: string): StringIndex {
    const known = rowOfText.get(index);
    if (known !== undefined) return known;
    // Before the text is made.
    budget.spend(ROW_BYTES + texts.lengthAt(index));
    const row = strings.intern(textAt(texts, index, `could not access ${what}`));
    rowOfText.set(index, row);
    return row;
  }

  function mapping(index: number, isSymbolized: boolean): number {
    return mappings.rowOf(twoRows(index, isSymbolized), () => {
      const found = rowAt(tables.mappingTable, index, `could not access mapping at index ${index}`);
      budget.spend(ROW_BYTES * (2 + found.attributeIndices.length));
      return {
        memoryStart: found.memoryStart,
        memoryLimit: found.memoryLimit,
        fileOffset: found.fileOffset,
        fileName: text(found.filenameStrindex, 'mapping file name string'),
        buildId: string(buildIdOf(found, dictionary)),
        has: isSymbolized ? MAPPING_HAS.functions : 0,
      };
    });
  }

  function functionRow(index: number): number {
    return functions.rowOf(index, () => {
      budget.spend(ROW_BYTES);
      const found = rowAt(tables.functionTable, index, 'could not access function');
      return {
        name: text(found.nameStrindex, 'function name string'),
        systemName: text(found.systemNameStrindex, 'function system name string'),
        fileName: text(found.filenameStrindex, 'function file name string'),
        startLine: lineNumber(found.startLine),
      };
    });
  }

  function lineRow({ functionIndex, line }: Line, place: number): LineRow {
    if (tables.functionTable[functionIndex] === undefined) {
      const failed = `could not process line at index ${place}: could not access function`;
      rowAt(tables.functionTable, functionIndex, failed);
    }
    return { function: functionRow(functionIndex), lineNumber: lineNumber(line) };
  }

  return {
    string,
    location(index, isSymbolized) {
      // Most of what is asked for is known: each level of each stack asks.
      const known = locations.known(twoRows(index, isSymbolized));
      if (known !== undefined) return known;
      return locations.rowOf(twoRows(index, isSymbolized), () => {
        const found = tables.locationTable[index];
        if (found === undefined) throw noLocation(index);
        budget.spend(ROW_BYTES * (2 + found.lines.length));
        return {
          mapping: mapping(found.mappingIndex, isSymbolized),
          address: found.address,
          isFolded: false,
          lines: found.lines.map(lineRow),
        };
      });
    },
    finish: () => ({
      strings: strings.finish(),
      functions: functionTableOf(functions.rows),
      mappings: mappingTableOf(mappings.rows),
      locations: locationTableOf(locations.rows),
    }),
  };
}

export function noLocation(index: number): Unconvertible {
  const what = `could not access location at index ${index}`;
  return new Unconvertible(`${what}: index ${index} out of bounds`);
}

function twoRows(index: number, isSymbolized: boolean): number {
  return 2 * index + (isSymbolized ? 1 : 0);
}

function createRows<Row>() {
  const rows: Row[] = [];
  const rowByKey = new Map<number, number>();
  return {
    rows,
    known: (key: number) => rowByKey.get(key),
    rowOf(key: number, make: () => Row): number {
      const known = rowByKey.get(key);
      if (known !== undefined) return known;
      const made = make();
      rowByKey.set(key, rows.length);
      return rows.push(made) - 1;
    },
  };
}

function buildIdOf({ attributeIndices }: Mapping, { attribute }: Dictionary): string {
  for (const index of attributeIndices) {
    const found = attribute(index);
    if (found?.name === BUILD_ID_ATTRIBUTE) return found.text ?? '';
  }
  return '';
}

/** Unknown when it does not fit a column of 32-bit integers, as in a profile of pprof. */
function lineNumber(line: bigint): number {
  return BigInt.asIntN(32, line) === line ? Number(line) : 0;
}
