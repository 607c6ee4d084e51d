import type { StackTable, Symbols } from '@emberscope/profile';
import type { StackSymbols } from '../../dictionary/dictionary.ts';
import { growableInt32, growableUint8, growableUint32 } from '../../dictionary/growable-column.ts';
import { OBJECT_BYTES, POINTER_BYTES, STRING_HEADER_BYTES } from '../../dictionary/heap-sizes.ts';
import { bigUintsOf } from '../../dictionary/location-rows.ts';
import { createNameTree, type NameTree } from '../../dictionary/name-tree.ts';
import type { FrameKey } from '../../selection.ts';
import type { ByteReader } from '../codec/byte-reader.ts';
import {
  type DecodedMapping,
  type DictionaryRows,
  type RowCounts,
  readDictionaryRows,
} from '../codec/dictionary-rows.ts';

/**
 * The rows of one dictionary as far as they were read: columns that grow at their ends. What was
 * viewed before stays what it was while rows are added.
 */
export type StoredRows = {
  readonly counts: () => RowCounts;
  /**
   * Reads rows of which the first ones have the numbers of `before`, and answers what is behind the
   * last. Those that are there already are skipped: a segment repeats what its records said, and a
   * merged one what several did. Throws `DamagedBytes`, after which these rows are not to be used.
   */
  read(from: ByteReader, before: RowCounts): RowCounts;
  /** A window on the columns, the same one until rows come. */
  view(): StackSymbols;
  /** Kept for as long as the rows are. */
  nameTree(frameKey: FrameKey): NameTree;
  readonly bytes: () => number;
};

/** Of a tree of names: the node of a stack, and a node with its slots and links for nearly each. */
const NAME_TREE_BYTES_PER_STACK = 4 + 32;

/** A mapping holds three bigints; the views of all of them take another 40 bytes each. */
const MAPPING_BYTES = OBJECT_BYTES + 3 * 24 + 40;

export function createStoredRows(): StoredRows {
  const strings = [''];
  const names = growableInt32();
  const systemNames = growableInt32();
  const fileNames = growableInt32();
  const startLines = growableInt32();
  const mappings: DecodedMapping[] = [];
  const mappingOf = growableInt32();
  const addressWords = growableUint32();
  const foldMarks = growableUint8();
  const lineStarts = growableInt32();
  const lineFunctions = growableInt32();
  const lineNumbers = growableInt32();
  const parents = growableInt32();
  const stackLocations = growableInt32();
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
  const nameTrees = new Map<FrameKey, NameTree>();
  let textBytes = 0;
  let mappingTable: Symbols['mappings'] | undefined;
  let view: StackSymbols | undefined;

  const rows: DictionaryRows = {
    counts: () => ({
      strings: strings.length,
      functions: names.length(),
      mappings: mappings.length,
      locations: mappingOf.length(),
      stacks: parents.length(),
    }),
    addString(text) {
      strings.push(text);
      textBytes += STRING_HEADER_BYTES + POINTER_BYTES + text.length;
    },
    addFunction(name, systemName, fileName, startLine) {
      names.push(name);
      systemNames.push(systemName);
      fileNames.push(fileName);
      startLines.push(startLine);
    },
    addMapping(mapping) {
      mappings.push(mapping);
    },
    addLocation(mapping, address, isFolded, lineCount, functions, numbers) {
      mappingOf.push(mapping);
      addressWords.push(Number(address & 0xffff_ffffn));
      addressWords.push(Number(address >> 32n));
      foldMarks.push(isFolded);
      for (let i = 0; i < lineCount; i++) {
        lineFunctions.push(functions[i] ?? 0);
        lineNumbers.push(numbers[i] ?? 0);
      }
      lineStarts.push(lineFunctions.length());
    },
    addStack(parent, location) {
      parents.push(parent);
      stackLocations.push(location);
    },
  };

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

  return {
    counts: rows.counts,
    read(from, before) {
      view = undefined;
      const behind = skippingKnown(rows, before);
      readDictionaryRows(from, behind);
      return behind.counts();
    },
    view: () =>
      (view ??= {
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
      }),
    nameTree(frameKey) {
      const tree = nameTrees.get(frameKey) ?? createNameTree(frameKey);
      nameTrees.set(frameKey, tree);
      return tree;
    },
    bytes: () =>
      nameTrees.size * parents.length() * NAME_TREE_BYTES_PER_STACK +
      columns.reduce((sum, column) => sum + column.bytes(), textBytes) +
      mappings.length * MAPPING_BYTES,
  };
}

/** Counts rows from `before` on and lets only those through that `rows` lacks. */
function skippingKnown(rows: DictionaryRows, before: RowCounts): DictionaryRows {
  const known = rows.counts();
  let { strings, functions, mappings, locations, stacks } = before;
  return {
    counts: () => ({ strings, functions, mappings, locations, stacks }),
    addString(text) {
      if (strings++ >= known.strings) rows.addString(text);
    },
    addFunction(name, systemName, fileName, startLine) {
      if (functions++ >= known.functions) rows.addFunction(name, systemName, fileName, startLine);
    },
    addMapping(mapping) {
      if (mappings++ >= known.mappings) rows.addMapping(mapping);
    },
    addLocation(mapping, address, isFolded, lineCount, lineFunctions, lineNumbers) {
      if (locations++ < known.locations) return;
      rows.addLocation(mapping, address, isFolded, lineCount, lineFunctions, lineNumbers);
    },
    addStack(parent, location) {
      if (stacks++ >= known.stacks) rows.addStack(parent, location);
    },
  };
}

/** Whether all rows of `b` are among those of `a`. */
export function hasAllRows(a: RowCounts, b: RowCounts): boolean {
  return (
    a.strings >= b.strings &&
    a.functions >= b.functions &&
    a.mappings >= b.mappings &&
    a.locations >= b.locations &&
    a.stacks >= b.stacks
  );
}
