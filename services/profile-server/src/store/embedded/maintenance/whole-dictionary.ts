import { createByteReader } from '../codec/byte-reader.ts';
import { type DictionaryView, readDictionaryRows } from '../codec/dictionary-rows.ts';
import { blankRows, createWholeDictionary } from '../codec/row-columns.ts';
import { inFile } from '../segment/level-rows.ts';
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
      columns.append(blankRows(columns.counts(), epoch.before));
      const from = createByteReader(segment.page(epoch.page));
      columns.append(readDictionaryRows(from, epoch.before));
    });
  }
  return columns.view();
}
