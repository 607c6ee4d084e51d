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

/** What takes rows in, in the order of their numbers. */
export type DictionaryRows = {
  readonly counts: () => RowCounts;
  addString(text: string): void;
  addFunction(name: number, systemName: number, fileName: number, startLine: number): void;
  addMapping(mapping: DecodedMapping): void;
  /** Lines lie in `functions` and `lineNumbers`, from 0 on. */
  addLocation(
    mapping: number,
    address: bigint,
    isFolded: number,
    lineCount: number,
    functions: ArrayLike<number>,
    lineNumbers: ArrayLike<number>,
  ): void;
  addStack(parent: number, location: number): void;
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
 * Reads rows behind those that `into` has. Throws {@link DamagedBytes} for a row that refers to one
 * which is not there; `into` is then not to be used any more.
 */
export function readDictionaryRows(from: ByteReader, into: DictionaryRows): void {
  const before = into.counts();
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
  const strings = before.strings + stringCount;
  const functions = before.functions + functionCount;
  const mappings = before.mappings + mappingCount;
  const locations = before.locations + locationCount;

  const rowBelow = (limit: number): number => {
    const row = from.uvarint();
    if (row >= limit) throw new DamagedBytes(`a row ${row} of ${limit}`);
    return row;
  };

  from.texts(stringCount, into.addString);

  const columnOf = (length: number, read: () => number): Float64Array => {
    const column = new Float64Array(length);
    for (let i = 0; i < length; i++) column[i] = read();
    return column;
  };
  const stringRow = () => rowBelow(strings);
  const name = columnOf(functionCount, stringRow);
  const systemName = columnOf(functionCount, stringRow);
  const fileName = columnOf(functionCount, stringRow);
  for (let i = 0; i < functionCount; i++) {
    const startLine = Number(from.svarint());
    into.addFunction(name[i] ?? 0, systemName[i] ?? 0, fileName[i] ?? 0, startLine);
  }

  for (let i = 0; i < mappingCount; i++) {
    into.addMapping({
      memoryStart: BigInt(from.uvarint64()),
      memoryLimit: BigInt(from.uvarint64()),
      fileOffset: BigInt(from.uvarint64()),
      fileName: stringRow(),
      buildId: stringRow(),
      has: from.uint8(),
    });
  }

  const mapping = columnOf(locationCount, () => rowBelow(mappings + 1) - 1);
  const address = new BigUint64Array(locationCount);
  for (let i = 0; i < locationCount; i++) address[i] = BigInt(from.uvarint64());
  const isFolded = columnOf(locationCount, from.uint8);
  const lineCounts = columnOf(locationCount, () => from.count(0));
  const lineCount = lineCounts.reduce((sum, count) => sum + count, 0);
  if (2 * lineCount > from.left()) {
    throw new DamagedBytes(`${lineCount} lines, and ${from.left()} bytes are left`);
  }
  const lineFunction = columnOf(lineCount, () => rowBelow(functions));
  const lineNumber = columnOf(lineCount, () => Number(from.svarint()));
  let line = 0;
  for (let i = 0; i < locationCount; i++) {
    const end = line + (lineCounts[i] ?? 0);
    into.addLocation(
      mapping[i] ?? NO_MAPPING,
      address[i] ?? 0n,
      isFolded[i] ?? 0,
      end - line,
      lineFunction.subarray(line, end),
      lineNumber.subarray(line, end),
    );
    line = end;
  }

  const distance = columnOf(stackCount, from.uvarint);
  for (let i = 0; i < stackCount; i++) {
    const row = before.stacks + i;
    const parent = row - (distance[i] ?? 0);
    if (parent >= row || parent < NO_STACK) throw new DamagedBytes(`a stack ${row} on ${parent}`);
    into.addStack(parent, rowBelow(locations));
  }
}
