import { createByteReader } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import {
  type DictionaryRows,
  type RowCounts,
  readDictionaryRows,
} from '../codec/dictionary-rows.ts';
import { createRowColumns, type RowColumns } from '../codec/row-columns.ts';

/** The rows that records of one generation bring to a dictionary, one record's behind another's. */
export type GenerationRows = {
  /** Of the whole dictionary. */
  readonly counts: () => RowCounts;
  /** Takes in the rows that `bytes[at, end)` holds; throws {@link DamagedBytes} and takes none. */
  add(bytes: Uint8Array, at: number, end: number): void;
  /** Writes all of them as one page. */
  write(out: ByteWriter): void;
};

/**
 * The rows of one record are what a page of them is, and stay where they are; columns are made when
 * others follow. Of ten thousand services most say all that they are in one record, and columns of
 * each would be 100 MB at once.
 */
export function createGenerationRows(before: RowCounts): GenerationRows {
  let counts = before;
  let only: { readonly bytes: Uint8Array; readonly at: number; readonly end: number } | undefined;
  let columns: RowColumns | undefined;

  return {
    counts: () => counts,
    add(bytes, at, end) {
      const rows = readWhole(bytes, at, end, counts);
      if (columns === undefined && only === undefined) only = { bytes, at, end };
      else {
        if (only !== undefined) {
          columns = createRowColumns(before);
          columns.append(readWhole(only.bytes, only.at, only.end, before));
          only = undefined;
        }
        columns?.append(rows);
      }
      counts = rows.after;
    },
    write(out) {
      if (only !== undefined) out.bytes(only.bytes.subarray(only.at, only.end));
      else (columns ?? createRowColumns(before)).write(out, counts);
    },
  };
}

function readWhole(bytes: Uint8Array, at: number, end: number, before: RowCounts): DictionaryRows {
  const from = createByteReader(bytes, at, end);
  const rows = readDictionaryRows(from, before);
  if (from.left() > 0) throw new DamagedBytes(`${from.left()} bytes behind dictionary rows`);
  return rows;
}
