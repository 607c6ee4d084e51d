import { NO_MAPPING, NO_STACK, type StackTable, type Symbols } from '@emberscope/profile';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { DamagedBytes } from './damaged-bytes.ts';

/** How many rows a dictionary has of each sort. */
export type RowCounts = {
  readonly strings: number;
  readonly functions: number;
  readonly mappings: number;
  readonly locations: number;
  readonly stacks: number;
};

/** Of a dictionary that nothing came to: the empty string is row 0 of every one and never written. */
export const NO_ROWS: RowCounts = {
  strings: 1,
  functions: 0,
  mappings: 0,
  locations: 0,
  stacks: 0,
};

/** A dictionary as it stands, or a window on its columns. */
export type DictionaryView = { readonly symbols: Symbols; readonly stacks: StackTable };

/**
 * Rows of a dictionary behind others, column by column. They refer to one another, and to those
 * before, by their numbers in the whole dictionary.
 */
export type DictionaryRows = {
  readonly before: RowCounts;
  readonly after: RowCounts;
  readonly strings: readonly string[];
  readonly functions: {
    readonly name: Int32Array;
    readonly systemName: Int32Array;
    readonly fileName: Int32Array;
    readonly startLine: Int32Array;
  };
  readonly mappings: readonly DecodedMapping[];
  readonly locations: {
    readonly mapping: Int32Array;
    /** Two for each, the low one first. */
    readonly addressWords: Uint32Array;
    readonly isFolded: Uint8Array;
    /** Where the lines of each begin in the two columns below, and where the last ones end. */
    readonly lineStart: Int32Array;
    readonly lineFunction: Int32Array;
    readonly lineNumber: Int32Array;
  };
  readonly stacks: { readonly parent: Int32Array; readonly location: Int32Array };
};

export type DecodedMapping = {
  readonly memoryStart: bigint;
  readonly memoryLimit: bigint;
  readonly fileOffset: bigint;
  readonly fileName: number;
  readonly buildId: number;
  readonly has: number;
};

export function countRows({ symbols, stacks }: DictionaryView): RowCounts {
  return {
    strings: symbols.strings.length,
    functions: symbols.functions.length,
    mappings: symbols.mappings.length,
    locations: symbols.locations.length,
    stacks: stacks.length,
  };
}

export function hasRowsBetween(from: RowCounts, to: RowCounts): boolean {
  return (
    to.strings > from.strings ||
    to.functions > from.functions ||
    to.mappings > from.mappings ||
    to.locations > from.locations ||
    to.stacks > from.stacks
  );
}

/** Writes the rows `[from, to)` of each sort, column by column. */
export function writeDictionaryRows(
  out: ByteWriter,
  { symbols, stacks }: DictionaryView,
  from: RowCounts,
  to: RowCounts,
): void {
  const { strings, functions, mappings, locations } = symbols;
  out.uvarint(to.strings - from.strings);
  out.uvarint(to.functions - from.functions);
  out.uvarint(to.mappings - from.mappings);
  out.uvarint(to.locations - from.locations);
  out.uvarint(to.stacks - from.stacks);

  for (let row = from.strings; row < to.strings; row++) out.text(strings[row] ?? '');

  const { name, systemName, fileName, startLine } = functions;
  for (const column of [name, systemName, fileName]) {
    for (let row = from.functions; row < to.functions; row++) out.uvarint(column[row] ?? 0);
  }
  for (let row = from.functions; row < to.functions; row++) out.svarint(startLine[row] ?? 0);

  for (let row = from.mappings; row < to.mappings; row++) {
    out.uvarint64(mappings.memoryStart[row] ?? 0n);
    out.uvarint64(mappings.memoryLimit[row] ?? 0n);
    out.uvarint64(mappings.fileOffset[row] ?? 0n);
    out.uvarint(mappings.fileName[row] ?? 0);
    out.uvarint(mappings.buildId[row] ?? 0);
    out.uint8(mappings.has[row] ?? 0);
  }

  const { mapping, address, isFolded, lineStart, lineFunction, lineNumber } = locations;
  for (let row = from.locations; row < to.locations; row++) {
    out.uvarint((mapping[row] ?? NO_MAPPING) + 1);
  }
  for (let row = from.locations; row < to.locations; row++) out.uvarint64(address[row] ?? 0n);
  for (let row = from.locations; row < to.locations; row++) out.uint8(isFolded[row] ?? 0);
  for (let row = from.locations; row < to.locations; row++) {
    out.uvarint((lineStart[row + 1] ?? 0) - (lineStart[row] ?? 0));
  }
  const firstLine = from.locations < to.locations ? (lineStart[from.locations] ?? 0) : 0;
  const endLine = from.locations < to.locations ? (lineStart[to.locations] ?? 0) : 0;
  for (let line = firstLine; line < endLine; line++) out.uvarint(lineFunction[line] ?? 0);
  for (let line = firstLine; line < endLine; line++) out.svarint(lineNumber[line] ?? 0);

  const { parent, location } = stacks;
  for (let row = from.stacks; row < to.stacks; row++) {
    out.uvarint(row - (parent[row] ?? NO_STACK));
  }
  for (let row = from.stacks; row < to.stacks; row++) out.uvarint(location[row] ?? 0);
}

/**
 * Reads rows that stand behind `before`. Throws {@link DamagedBytes} for a row that refers to one
 * which is not there.
 */
export function readDictionaryRows(from: ByteReader, before: RowCounts): DictionaryRows {
  const stringCount = from.uvarint();
  const functionCount = from.uvarint();
  const mappingCount = from.uvarint();
  const locationCount = from.uvarint();
  const stackCount = from.uvarint();
  const least =
    stringCount + 4 * functionCount + 6 * mappingCount + 4 * locationCount + 2 * stackCount;
  if (least > from.left()) {
    throw new DamagedBytes(
      `dictionary rows of ${least} bytes at least, and ${from.left()} are left`,
    );
  }
  const after: RowCounts = {
    strings: before.strings + stringCount,
    functions: before.functions + functionCount,
    mappings: before.mappings + mappingCount,
    locations: before.locations + locationCount,
    stacks: before.stacks + stackCount,
  };

  const strings: string[] = [];
  from.texts(stringCount, (text) => strings.push(text));

  const rowsBelow = (limit: number, count: number): Int32Array => {
    const rows = from.uvarints32(count);
    checkBelow(rows, limit);
    return new Int32Array(rows.buffer);
  };
  const name = rowsBelow(after.strings, functionCount);
  const systemName = rowsBelow(after.strings, functionCount);
  const fileName = rowsBelow(after.strings, functionCount);
  const startLine = from.svarints32(functionCount);

  const mappings: DecodedMapping[] = [];
  for (let i = 0; i < mappingCount; i++) {
    const memoryStart = BigInt(from.uvarint64());
    const memoryLimit = BigInt(from.uvarint64());
    const fileOffset = BigInt(from.uvarint64());
    const [file = 0, buildId = 0] = rowsBelow(after.strings, 2);
    const has = from.uint8();
    mappings.push({ memoryStart, memoryLimit, fileOffset, fileName: file, buildId, has });
  }

  const mapping = rowsBelow(after.mappings + 1, locationCount);
  for (let i = 0; i < locationCount; i++) mapping[i] = (mapping[i] ?? 0) - 1;
  const addressWords = from.uvarints64(locationCount);
  const isFolded = from.bytes(locationCount);
  const lineStart = startsOf(from.uvarints32(locationCount), from.left() / 2);
  const lineCount = lineStart[locationCount] ?? 0;
  const lineFunction = rowsBelow(after.functions, lineCount);
  const lineNumber = from.svarints32(lineCount);

  const parent = parentsOf(from.uvarints32(stackCount), before.stacks);
  const location = rowsBelow(after.locations, stackCount);

  return {
    ...{ before, after, strings, mappings },
    functions: { name, systemName, fileName, startLine },
    locations: { mapping, addressWords, isFolded, lineStart, lineFunction, lineNumber },
    stacks: { parent, location },
  };
}

function checkBelow(rows: Uint32Array, limit: number): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    if (row >= limit) throw new DamagedBytes(`a row ${row} of ${limit}`);
  }
}

/** Where runs of so many begin, and where the last one ends: at `limit`, at most. */
function startsOf(counts: Uint32Array, limit: number): Int32Array {
  const starts = new Int32Array(counts.length + 1);
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    end += counts[i] ?? 0;
    if (end > limit) throw new DamagedBytes(`${end} lines, and there is room for ${limit}`);
    starts[i + 1] = end;
  }
  return starts;
}

/** Of stacks from `first` on, by how far each is from its parent. */
function parentsOf(distances: Uint32Array, first: number): Int32Array {
  const parents = new Int32Array(distances.length);
  for (let i = 0; i < distances.length; i++) {
    const row = first + i;
    const parent = row - (distances[i] ?? 0);
    if (parent >= row || parent < NO_STACK) throw new DamagedBytes(`a stack ${row} on ${parent}`);
    parents[i] = parent;
  }
  return parents;
}
