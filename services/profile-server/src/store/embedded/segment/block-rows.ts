import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { EncodedSamples } from '../codec/log-records.ts';
import { skipStackIds, skipTracing, skipValueColumn } from '../codec/sample-sections.ts';
import { blockPagesOf } from './block-pages.ts';
import type { BlockColumns, LevelDirectory, PageRef } from './segment-directory.ts';

/** The pages of one block, and where in them each row's samples lie. */
export type BlockRows = {
  readonly firstRow: number;
  readonly endRow: number;
  /** Windows on the pages. */
  samplesOf(row: number): EncodedSamples;
};

/** Which block holds a row. */
export function blockOfRow({ firstRow }: BlockColumns, row: number): number {
  let low = 0;
  let high = firstRow.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firstRow[middle] ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Throws {@link DamagedBytes} where the pages do not hold exactly the rows of the block. */
export function readBlock(
  { blocks, rowCount }: Pick<LevelDirectory, 'blocks' | 'rowCount'>,
  block: number,
  page: (ref: PageRef) => Uint8Array,
): BlockRows {
  const firstRow = blocks.firstRow[block] ?? 0;
  const endRow = blocks.firstRow[block + 1] ?? rowCount;
  const rows = endRow - firstRow;
  if (!(rows >= 1)) throw new DamagedBytes(`a block ${block} of ${rows} rows`);

  const pages = blockPagesOf(blocks, block, rows, page, 'order');
  const ids = pages.ids();
  const lengths = new Int32Array(rows);
  const idsAt = endsOf(ids, rows, (at, row) => {
    lengths[row] = countOfIds(ids, at);
    return skipStackIds(ids, at, ids.length);
  });
  const columns = blocks.columns.map((_, type) => {
    const bytes = pages.column(type);
    const at = endsOf(bytes, rows, (from, row) =>
      skipValueColumn(bytes, from, bytes.length, lengths[row] ?? 0),
    );
    return { bytes, at };
  });
  const tracing = pages.tracing();
  const tracingAt =
    tracing === undefined
      ? undefined
      : endsOf(tracing, rows, (from, row) =>
          skipTracing(tracing, from, tracing.length, lengths[row] ?? 0),
        );

  return {
    firstRow,
    endRow,
    samplesOf(row) {
      const i = row - firstRow;
      if (i < 0 || i >= rows) throw new RangeError(`row ${row} of a block ${firstRow}-${endRow}`);
      const window = (bytes: Uint8Array, at: Int32Array): Uint8Array =>
        bytes.subarray(at[i] ?? 0, at[i + 1] ?? 0);
      const ofTracing =
        tracing === undefined || tracingAt === undefined ? undefined : window(tracing, tracingAt);
      return {
        ids: window(ids, idsAt),
        columns: columns.map(({ bytes, at }) => window(bytes, at)),
        // A single 0 stands for a row that has none.
        tracing: ofTracing?.[0] === 0 ? undefined : ofTracing,
      };
    },
  };
}

/** Where each row begins on a page, and where the last one ends. */
function endsOf(
  bytes: Uint8Array,
  rows: number,
  skip: (at: number, row: number) => number,
): Int32Array {
  const at = new Int32Array(rows + 1);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    end = skip(end, row);
    at[row + 1] = end;
  }
  if (end !== bytes.length) throw new DamagedBytes(`${bytes.length - end} bytes behind a block`);
  return at;
}

/** How many ids begin at a place: the varint that they begin with. */
function countOfIds(bytes: Uint8Array, at: number): number {
  let count = 0;
  let factor = 1;
  for (let place = at; place < bytes.length; place++) {
    const byte = bytes[place] ?? 0;
    count += (byte & 127) * factor;
    if (byte < 128) break;
    factor *= 128;
  }
  return count;
}
