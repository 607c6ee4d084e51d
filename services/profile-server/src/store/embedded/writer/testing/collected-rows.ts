import type { DictionaryRows, DictionaryView, RowCounts } from '../../codec/dictionary-rows.ts';

/** Dictionary rows behind `before`, kept as they come: for a flush that knows no earlier ones. */
export function collectRows(before: RowCounts): DictionaryRows & { view(): DictionaryView } {
  const strings: string[] = [];
  const functions = {
    name: [] as number[],
    systemName: [] as number[],
    fileName: [] as number[],
    startLine: [] as number[],
  };
  const mappings = {
    memoryStart: [] as bigint[],
    memoryLimit: [] as bigint[],
    fileOffset: [] as bigint[],
    fileName: [] as number[],
    buildId: [] as number[],
    has: [] as number[],
  };
  const locations = {
    mapping: [] as number[],
    address: [] as bigint[],
    isFolded: [] as number[],
    lineStart: [0],
    lineFunction: [] as number[],
    lineNumber: [] as number[],
  };
  const stacks = { parent: [] as number[], location: [] as number[] };
  /** Rows before are there as zeros: nobody looks at them. */
  const ints = (start: number, cells: readonly number[]): Int32Array => {
    const column = new Int32Array(start + cells.length);
    column.set(cells, start);
    return column;
  };
  const bytes = (start: number, cells: readonly number[]): Uint8Array =>
    Uint8Array.from(ints(start, cells));
  const wide = (start: number, cells: readonly bigint[]): BigUint64Array => {
    const column = new BigUint64Array(start + cells.length);
    column.set(cells, start);
    return column;
  };
  return {
    counts: () => ({
      strings: before.strings + strings.length,
      functions: before.functions + functions.name.length,
      mappings: before.mappings + mappings.has.length,
      locations: before.locations + locations.mapping.length,
      stacks: before.stacks + stacks.parent.length,
    }),
    addString: (text) => void strings.push(text),
    addFunction(name, systemName, fileName, startLine) {
      functions.name.push(name);
      functions.systemName.push(systemName);
      functions.fileName.push(fileName);
      functions.startLine.push(startLine);
    },
    addMapping(mapping) {
      mappings.memoryStart.push(mapping.memoryStart);
      mappings.memoryLimit.push(mapping.memoryLimit);
      mappings.fileOffset.push(mapping.fileOffset);
      mappings.fileName.push(mapping.fileName);
      mappings.buildId.push(mapping.buildId);
      mappings.has.push(mapping.has);
    },
    addLocation(mapping, address, isFolded, lineCount, lineFunctions, lineNumbers) {
      locations.mapping.push(mapping);
      locations.address.push(address);
      locations.isFolded.push(isFolded);
      for (let i = 0; i < lineCount; i++) {
        locations.lineFunction.push(lineFunctions[i] ?? 0);
        locations.lineNumber.push(lineNumbers[i] ?? 0);
      }
      locations.lineStart.push(locations.lineFunction.length);
    },
    addStack(parent, location) {
      stacks.parent.push(parent);
      stacks.location.push(location);
    },
    view: () => ({
      symbols: {
        strings: [...Array.from({ length: before.strings }, () => ''), ...strings],
        functions: {
          length: before.functions + functions.name.length,
          name: ints(before.functions, functions.name),
          systemName: ints(before.functions, functions.systemName),
          fileName: ints(before.functions, functions.fileName),
          startLine: ints(before.functions, functions.startLine),
        },
        mappings: {
          length: before.mappings + mappings.has.length,
          memoryStart: wide(before.mappings, mappings.memoryStart),
          memoryLimit: wide(before.mappings, mappings.memoryLimit),
          fileOffset: wide(before.mappings, mappings.fileOffset),
          fileName: ints(before.mappings, mappings.fileName),
          buildId: ints(before.mappings, mappings.buildId),
          has: bytes(before.mappings, mappings.has),
        },
        locations: {
          length: before.locations + locations.mapping.length,
          mapping: ints(before.locations, locations.mapping),
          address: wide(before.locations, locations.address),
          isFolded: bytes(before.locations, locations.isFolded),
          lineStart: ints(before.locations, locations.lineStart),
          lineFunction: Int32Array.from(locations.lineFunction),
          lineNumber: Int32Array.from(locations.lineNumber),
        },
      },
      stacks: {
        length: before.stacks + stacks.parent.length,
        parent: ints(before.stacks, stacks.parent),
        location: ints(before.stacks, stacks.location),
      },
    }),
  };
}
