import { NO_MAPPING, NO_STACK } from '@emberscope/profile';
import { createByteReader } from '../codec/byte-reader.ts';
import {
  type DictionaryView,
  type RowCounts,
  readDictionaryRows,
} from '../codec/dictionary-rows.ts';
import { inFile } from '../segment/level-rows.ts';
import { createWholeDictionary, type DictionaryColumns } from './dictionary-columns.ts';
import type { EpochPiece } from './merge-dictionaries.ts';

/**
 * All rows of a dictionary, from pieces sorted by the rows that they begin with. Where some are
 * missing (their part of the log was damaged) rows that say nothing stand in their place: what
 * refers to them keeps its value and has no name.
 */
export function readWholeDictionary(pieces: readonly EpochPiece[]): DictionaryView {
  const columns = createWholeDictionary();
  for (const { segment, epoch } of pieces) {
    inFile(segment, () => {
      fillUpTo(columns, epoch.before);
      readDictionaryRows(createByteReader(segment.page(epoch.page)), columns);
    });
  }
  return columns.view();
}

function fillUpTo(columns: DictionaryColumns, to: RowCounts): void {
  const from = columns.counts();
  for (let row = from.strings; row < to.strings; row++) columns.addString('');
  for (let row = from.functions; row < to.functions; row++) columns.addFunction(0, 0, 0, 0);
  for (let row = from.mappings; row < to.mappings; row++) {
    const nowhere = { memoryStart: 0n, memoryLimit: 0n, fileOffset: 0n };
    columns.addMapping({ ...nowhere, fileName: 0, buildId: 0, has: 0 });
  }
  for (let row = from.locations; row < to.locations; row++) {
    columns.addLocation(NO_MAPPING, 0n, 0, 0, [], []);
  }
  for (let row = from.stacks; row < to.stacks; row++) columns.addStack(NO_STACK, 0);
}
