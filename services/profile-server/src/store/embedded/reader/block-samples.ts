import type { SampleRun } from '../../parts/part-table.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import {
  readStackIds,
  readTracing,
  readValueColumn,
  skipStackIds,
  skipTracing,
  skipValueColumn,
} from '../codec/sample-sections.ts';
import { blockPagesOf } from '../segment/block-pages.ts';
import type { BlockColumns } from '../segment/segment-directory.ts';
import type { ByteLru } from './byte-lru.ts';
import type { DecodedRun } from './head-part.ts';
import { type LevelColumns, naming } from './level-columns-cache.ts';
import type { SegmentTable } from './segment-index.ts';

/** Inflated blocks, kept from one query to the next while there is room. */
export type BlockCache = ByteLru<OpenBlock>;

/** A block whose pages are inflated as they are needed. */
export type OpenBlock = {
  readonly firstRow: number;
  readonly endRow: number;
  /** Decodes a row's stacks and one column of values. */
  readInto(run: DecodedRun, row: number, type: number, stackCount: number): SampleRun;
};

/** Reads the samples of any row of a level. */
export type BlockSamples = {
  samplesOf(row: number, type: number, stackCount: number): SampleRun;
};

export function blockSamplesOf(
  table: SegmentTable,
  { level, rowCount }: LevelColumns,
  cache: BlockCache,
  run: DecodedRun,
  onBlock: () => void,
): BlockSamples {
  const { firstRow } = level.blocks;
  const { file, directoryCrc } = table.segment.entry;
  const prefix = `${file} ${directoryCrc} ${table.place} ${level.level}`;
  /** Rows are mostly read one after another. */
  let last: OpenBlock | undefined;

  function blockAt(row: number): OpenBlock {
    const block = lastUpTo(firstRow, row);
    const key = `${prefix} ${block}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    onBlock();
    const end = firstRow[block + 1] ?? rowCount;
    const opened = openBlock(table, level.blocks, block, end, (bytes) => cache.grow(key, bytes));
    cache.set(key, opened, BLOCK_BYTES);
    return opened;
  }

  return {
    samplesOf(row, type, stackCount) {
      if (last === undefined || row < last.firstRow || row >= last.endRow) last = blockAt(row);
      return last.readInto(run, row, type, stackCount);
    },
  };
}

/** Of an open block but its pages. */
const BLOCK_BYTES = 2048;

/** The last place whose cell is not over `value`. */
function lastUpTo(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Sections of rows behind one another on a page; where they begin is found out as rows are read. */
type Sections = {
  readonly bytes: Uint8Array;
  /** Where rows begin: known for the first `known` ones. */
  readonly starts: Int32Array;
  known: number;
};

function openBlock(
  table: SegmentTable,
  blocks: BlockColumns,
  block: number,
  endRow: number,
  onGrow: (bytes: number) => void,
): OpenBlock {
  const { segment } = table;
  const { file } = segment.entry;
  const firstRow = blocks.firstRow[block] ?? 0;
  const count = endRow - firstRow;
  /** How many samples each row has, of those whose ids were read. */
  const lengths = new Int32Array(count);
  const pages = blockPagesOf(blocks, block, count, (ref) => segment.page(ref), 'pages');
  const columns: (Sections | undefined)[] = [];
  let ids: Sections | undefined;
  let tracing: Sections | undefined;

  function sectionsOf(bytes: Uint8Array | undefined): Sections {
    if (bytes === undefined) throw new Error(`block ${block} of ${file} has no page`);
    onGrow(bytes.length + 4 * count);
    return { bytes, starts: new Int32Array(count + 1), known: 1 };
  }

  /** Skips to a row; `skip` answers where the section of a row that begins at `at` ends. */
  function seek(
    sections: Sections,
    row: number,
    skip: (at: number, before: number) => number,
  ): number {
    const { starts } = sections;
    while (sections.known <= row) {
      const before = sections.known - 1;
      starts[sections.known] = skip(starts[before] ?? 0, before);
      sections.known++;
    }
    return starts[row] ?? 0;
  }

  function readThrough(sections: Sections, row: number, end: number): void {
    if (sections.known !== row + 1) return;
    sections.starts[row + 1] = end;
    sections.known++;
  }

  function readIds(run: DecodedRun, row: number, stackCount: number): void {
    ids ??= sectionsOf(pages.ids());
    const { bytes } = ids;
    const at = seek(ids, row, (start) => skipStackIds(bytes, start, bytes.length));
    readThrough(ids, row, readStackIds(bytes, at, bytes.length, run.scratch, stackCount));
    lengths[row] = run.scratch.length;
  }

  /** The number of samples of a row, which stands before its ids. */
  function lengthOf(row: number): number {
    const known = lengths[row] ?? 0;
    if (known > 0) return known;
    ids ??= sectionsOf(pages.ids());
    const { bytes } = ids;
    const at = seek(ids, row, (start) => skipStackIds(bytes, start, bytes.length));
    return createByteReader(bytes, at).uvarint();
  }

  function columnOf(type: number): Sections {
    const known = columns[type];
    if (known !== undefined) return known;
    const column = sectionsOf(pages.column(type));
    columns[type] = column;
    if (pages.isAhead(type - 1)) columnOf(type - 1);
    return column;
  }

  function readColumn(run: DecodedRun, row: number, type: number): void {
    const column = columnOf(type);
    const { bytes } = column;
    const at = seek(column, row, (start, before) =>
      skipValueColumn(bytes, start, bytes.length, lengthOf(before)),
    );
    const end = readValueColumn(bytes, at, bytes.length, run.scratch, () =>
      readColumn(run, row, type - 1),
    );
    readThrough(column, row, end);
  }

  function tracingOf(row: number) {
    tracing ??= sectionsOf(pages.tracing());
    const { bytes } = tracing;
    const at = seek(tracing, row, (start, before) =>
      skipTracing(bytes, start, bytes.length, lengthOf(before)),
    );
    return readTracing(createByteReader(bytes, at), lengthOf(row));
  }

  return {
    firstRow,
    endRow,
    readInto(run, row, type, stackCount) {
      const place = row - firstRow;
      naming(file, `block ${block} at row ${firstRow}`, () => {
        readIds(run, place, stackCount);
        readColumn(run, place, type);
      });
      const ref = blocks.tracing[block];
      if (ref === undefined || ref === null) return run.whole();
      return run.traced(() => naming(file, `tracing of block ${block}`, () => tracingOf(place)));
    },
  };
}
