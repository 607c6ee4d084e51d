import { NO_MAPPING, NO_STACK, type StackTable, type Symbols } from '@emberscope/profile';
import { growableInt32, growableUint8, growableUint32 } from '../../dictionary/growable-column.ts';
import { OBJECT_BYTES, POINTER_BYTES, STRING_HEADER_BYTES } from '../../dictionary/heap-sizes.ts';
import { bigUintsOf } from '../../dictionary/location-rows.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  type DecodedMapping,
  type DictionaryRows,
  type DictionaryView,
  type RowCounts,
  writeDictionaryRows,
} from './dictionary-rows.ts';

/**
 * Rows of one dictionary, from some row of each sort on, as far as they came: columns that grow at
 * their ends. What was viewed before stays what it was while rows are added.
 */
export type RowColumns = {
  /** Of the whole dictionary: those before count. */
  readonly counts: () => RowCounts;
  /** Adds rows that begin where these end, or earlier: those that are there already are skipped. */
  append(rows: DictionaryRows): void;
  /**
   * A window on the columns. A stack's parent is a row of the window; everything else is numbered as
   * in the whole dictionary. Only where rows began at 0 are these the same.
   */
  view(): DictionaryView;
  /** Writes what came, up to some counts, as `dictionary-rows` does. */
  write(out: ByteWriter, to: RowCounts): void;
  readonly bytes: () => number;
};

/** A mapping holds three bigints; the views of all of them take another 40 bytes each. */
const MAPPING_BYTES = OBJECT_BYTES + 3 * 24 + 40;

/** No rows at all, not even the empty string. */
export const NOTHING: RowCounts = {
  strings: 0,
  functions: 0,
  mappings: 0,
  locations: 0,
  stacks: 0,
};

/** What a file says is room for so many rows at most, until they are there. */
const EXPECTED_MAX_ROWS = 1 << 20;

/**
 * Columns of a whole dictionary, which begins with the empty string. `expected`: how many rows there
 * will be, as far as that is known.
 */
export function createWholeDictionary(expected?: RowCounts): RowColumns {
  const columns = createRowColumns(NOTHING, expected);
  columns.append(blankRows(NOTHING, { ...NOTHING, strings: 1 }));
  return columns;
}

export function createRowColumns(before: RowCounts, expected: RowCounts = before): RowColumns {
  const room = (sort: 'functions' | 'locations' | 'stacks'): number =>
    Math.min(EXPECTED_MAX_ROWS, expected[sort] - before[sort]);
  const strings: string[] = [];
  const names = growableInt32(room('functions'));
  const systemNames = growableInt32(room('functions'));
  const fileNames = growableInt32(room('functions'));
  const startLines = growableInt32(room('functions'));
  const mappings: DecodedMapping[] = [];
  const mappingOf = growableInt32(room('locations'));
  const addressWords = growableUint32(2 * room('locations'));
  const foldMarks = growableUint8(room('locations'));
  const lineStarts = growableInt32(room('locations') + 1);
  const lineFunctions = growableInt32(room('locations'));
  const lineNumbers = growableInt32(room('locations'));
  /**
   * Less the stacks before, so that the distance of a row from its parent is what it is in the
   * whole dictionary, for stacks without a parent too.
   */
  const parents = growableInt32(room('stacks'));
  const stackLocations = growableInt32(room('stacks'));
  lineStarts.push(0);
  const columns = [
    names,
    systemNames,
    fileNames,
    startLines,
    mappingOf,
    addressWords,
    foldMarks,
    lineStarts,
    lineFunctions,
    lineNumbers,
    parents,
    stackLocations,
  ];
  let textBytes = 0;
  let mappingTable: Symbols['mappings'] | undefined;

  function counts(): RowCounts {
    return {
      strings: before.strings + strings.length,
      functions: before.functions + names.length(),
      mappings: before.mappings + mappings.length,
      locations: before.locations + mappingOf.length(),
      stacks: before.stacks + parents.length(),
    };
  }

  function appendStrings(texts: readonly string[], known: number): void {
    for (let i = known; i < texts.length; i++) {
      const text = texts[i] ?? '';
      strings.push(text);
      textBytes += STRING_HEADER_BYTES + POINTER_BYTES + text.length;
    }
  }

  function appendLocations(rows: DictionaryRows['locations'], known: number): void {
    const { mapping, lineStart } = rows;
    const firstLine = lineStart[known] ?? 0;
    const added = lineFunctions.length() - firstLine;
    mappingOf.append(mapping.subarray(known));
    addressWords.append(rows.addressWords.subarray(2 * known));
    foldMarks.append(rows.isFolded.subarray(known));
    lineFunctions.append(rows.lineFunction.subarray(firstLine));
    lineNumbers.append(rows.lineNumber.subarray(firstLine));
    for (let row = known + 1; row <= mapping.length; row++) {
      lineStarts.push((lineStart[row] ?? 0) + added);
    }
  }

  function appendStacks({ parent, location }: DictionaryRows['stacks'], known: number): void {
    stackLocations.append(location.subarray(known));
    if (before.stacks === 0) {
      parents.append(parent.subarray(known));
      return;
    }
    for (let row = known; row < parent.length; row++) {
      parents.push((parent[row] ?? NO_STACK) - before.stacks);
    }
  }

  function viewMappings(): Symbols['mappings'] {
    if (mappingTable === undefined || mappingTable.length < mappings.length) {
      mappingTable = {
        length: mappings.length,
        memoryStart: BigUint64Array.from(mappings, ({ memoryStart }) => memoryStart),
        memoryLimit: BigUint64Array.from(mappings, ({ memoryLimit }) => memoryLimit),
        fileOffset: BigUint64Array.from(mappings, ({ fileOffset }) => fileOffset),
        fileName: Int32Array.from(mappings, ({ fileName }) => fileName),
        buildId: Int32Array.from(mappings, ({ buildId }) => buildId),
        has: Uint8Array.from(mappings, ({ has }) => has),
      };
    }
    return mappingTable;
  }

  function viewStacks(): StackTable {
    const parent = parents.view();
    return { length: parent.length, parent, location: stackLocations.view() };
  }

  function view(): DictionaryView {
    return {
      symbols: {
        strings,
        functions: {
          length: names.length(),
          name: names.view(),
          systemName: systemNames.view(),
          fileName: fileNames.view(),
          startLine: startLines.view(),
        },
        mappings: viewMappings(),
        locations: {
          length: mappingOf.length(),
          mapping: mappingOf.view(),
          address: bigUintsOf(addressWords.view()),
          isFolded: foldMarks.view(),
          lineStart: lineStarts.view(),
          lineFunction: lineFunctions.view(),
          lineNumber: lineNumbers.view(),
        },
      },
      stacks: viewStacks(),
    };
  }

  return {
    counts,
    view,
    append(rows) {
      const known = knownOf(counts(), rows);
      appendStrings(rows.strings, known.strings);
      const { name, systemName, fileName, startLine } = rows.functions;
      names.append(name.subarray(known.functions));
      systemNames.append(systemName.subarray(known.functions));
      fileNames.append(fileName.subarray(known.functions));
      startLines.append(startLine.subarray(known.functions));
      for (let i = known.mappings; i < rows.mappings.length; i++) {
        const mapping = rows.mappings[i];
        if (mapping !== undefined) mappings.push(mapping);
      }
      appendLocations(rows.locations, known.locations);
      appendStacks(rows.stacks, known.stacks);
    },
    write(out, to) {
      writeDictionaryRows(out, view(), NOTHING, {
        strings: to.strings - before.strings,
        functions: to.functions - before.functions,
        mappings: to.mappings - before.mappings,
        locations: to.locations - before.locations,
        stacks: to.stacks - before.stacks,
      });
    },
    bytes: () =>
      columns.reduce((sum, column) => sum + column.bytes(), textBytes) +
      mappings.length * MAPPING_BYTES,
  };
}

/** How many of the rows are there already: all, when these end behind them. */
function knownOf(counts: RowCounts, { before, after }: DictionaryRows): RowCounts {
  const known = (sort: keyof RowCounts): number => {
    if (counts[sort] < before[sort]) {
      throw new Error(`${sort} from ${before[sort]} on, behind ${counts[sort]} of a dictionary`);
    }
    return Math.min(counts[sort], after[sort]) - before[sort];
  };
  return {
    strings: known('strings'),
    functions: known('functions'),
    mappings: known('mappings'),
    locations: known('locations'),
    stacks: known('stacks'),
  };
}

/** Rows that say nothing, in the place of those that nobody has: none of a sort that has more. */
export function blankRows(before: RowCounts, to: RowCounts): DictionaryRows {
  const after: RowCounts = {
    strings: Math.max(before.strings, to.strings),
    functions: Math.max(before.functions, to.functions),
    mappings: Math.max(before.mappings, to.mappings),
    locations: Math.max(before.locations, to.locations),
    stacks: Math.max(before.stacks, to.stacks),
  };
  const length = (sort: keyof RowCounts): number => after[sort] - before[sort];
  const zeros = (sort: keyof RowCounts) => new Int32Array(length(sort));
  const nowhere = { memoryStart: 0n, memoryLimit: 0n, fileOffset: 0n };
  return {
    ...{ before, after },
    strings: Array.from({ length: length('strings') }, () => ''),
    functions: {
      name: zeros('functions'),
      systemName: zeros('functions'),
      fileName: zeros('functions'),
      startLine: zeros('functions'),
    },
    mappings: Array.from({ length: length('mappings') }, () => ({
      ...{ ...nowhere, fileName: 0, buildId: 0, has: 0 },
    })),
    locations: {
      mapping: zeros('locations').fill(NO_MAPPING),
      addressWords: new Uint32Array(2 * length('locations')),
      isFolded: new Uint8Array(length('locations')),
      lineStart: new Int32Array(length('locations') + 1),
      lineFunction: new Int32Array(0),
      lineNumber: new Int32Array(0),
    },
    stacks: { parent: zeros('stacks').fill(NO_STACK), location: zeros('stacks') },
  };
}
