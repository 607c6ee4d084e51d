import { growableInt32, growableUint8, growableUint32 } from '../../dictionary/growable-column.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import type { DecodedMapping, DictionaryRows } from '../codec/dictionary-rows.ts';
import {
  type DictionaryView,
  type RowCounts,
  writeDictionaryRows,
} from '../codec/dictionary-rows.ts';

/**
 * Rows of a dictionary from some row of each sort on, on their way from several pieces into one
 * page. Those before are known to somebody else: rows may refer to them, and nobody asks what they
 * say.
 */
export type DictionaryColumns = DictionaryRows & {
  readonly before: RowCounts;
  /** Writes what came in, up to some counts, as `dictionary-rows` does. */
  write(out: ByteWriter, to: RowCounts): void;
  /** What came in. Only where rows began at 0 do its rows have the numbers by which they are referred to. */
  view(): DictionaryView;
};

const NONE: RowCounts = { strings: 0, functions: 0, mappings: 0, locations: 0, stacks: 0 };

/** Columns of a whole dictionary, which begins with the empty string. */
export function createWholeDictionary(): DictionaryColumns {
  const columns = createDictionaryColumns(NONE);
  columns.addString('');
  return columns;
}

export function createDictionaryColumns(before: RowCounts): DictionaryColumns {
  const strings: string[] = [];
  const functions = {
    name: growableInt32(),
    systemName: growableInt32(),
    fileName: growableInt32(),
    startLine: growableInt32(),
  };
  const mappings: DecodedMapping[] = [];
  const mapping = growableInt32();
  const addressWords = growableUint32();
  const isFolded = growableUint8();
  const lineStart = growableInt32();
  const lineFunction = growableInt32();
  const lineNumber = growableInt32();
  lineStart.push(0);
  const location = growableInt32();
  /**
   * Less the stacks before, so that the distance of a row from its parent is what it is in the
   * whole dictionary, for stacks without a parent too.
   */
  const parent = growableInt32();

  function view(): DictionaryView {
    return {
      symbols: {
        strings,
        functions: {
          length: functions.name.length(),
          name: functions.name.view(),
          systemName: functions.systemName.view(),
          fileName: functions.fileName.view(),
          startLine: functions.startLine.view(),
        },
        mappings: {
          length: mappings.length,
          memoryStart: BigUint64Array.from(mappings, ({ memoryStart }) => memoryStart),
          memoryLimit: BigUint64Array.from(mappings, ({ memoryLimit }) => memoryLimit),
          fileOffset: BigUint64Array.from(mappings, ({ fileOffset }) => fileOffset),
          fileName: Int32Array.from(mappings, ({ fileName }) => fileName),
          buildId: Int32Array.from(mappings, ({ buildId }) => buildId),
          has: Uint8Array.from(mappings, ({ has }) => has),
        },
        locations: {
          length: mapping.length(),
          mapping: mapping.view(),
          address: bigUintsOf(addressWords.view()),
          isFolded: isFolded.view(),
          lineStart: lineStart.view(),
          lineFunction: lineFunction.view(),
          lineNumber: lineNumber.view(),
        },
      },
      stacks: { length: parent.length(), parent: parent.view(), location: location.view() },
    };
  }

  return {
    before,
    view,
    counts: () => ({
      strings: before.strings + strings.length,
      functions: before.functions + functions.name.length(),
      mappings: before.mappings + mappings.length,
      locations: before.locations + mapping.length(),
      stacks: before.stacks + parent.length(),
    }),
    addString: (text) => void strings.push(text),
    addFunction(name, systemName, fileName, startLine) {
      functions.name.push(name);
      functions.systemName.push(systemName);
      functions.fileName.push(fileName);
      functions.startLine.push(startLine);
    },
    addMapping: (row) => void mappings.push(row),
    addLocation(mappingRow, address, folded, lineCount, lineFunctions, lineNumbers) {
      mapping.push(mappingRow);
      addressWords.push(Number(address & 0xffffffffn));
      addressWords.push(Number(address >> 32n));
      isFolded.push(folded);
      for (let line = 0; line < lineCount; line++) {
        lineFunction.push(lineFunctions[line] ?? 0);
        lineNumber.push(lineNumbers[line] ?? 0);
      }
      lineStart.push(lineFunction.length());
    },
    addStack(parentRow, locationRow) {
      parent.push(parentRow - before.stacks);
      location.push(locationRow);
    },
    write(out, to) {
      writeDictionaryRows(out, view(), NONE, {
        strings: to.strings - before.strings,
        functions: to.functions - before.functions,
        mappings: to.mappings - before.mappings,
        locations: to.locations - before.locations,
        stacks: to.stacks - before.stacks,
      });
    },
  };
}

/** Pairs of words, the low one first, as 64-bit integers. The machine is little-endian, as all are. */
function bigUintsOf(words: Uint32Array): BigUint64Array {
  return new BigUint64Array(words.buffer, words.byteOffset, words.length / 2);
}
