import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { BlockColumns, PageRef } from './segment-directory.ts';
import { isByStack } from './segment-format.ts';
import { columnToRows, hasMultiples } from './stack-columns.ts';
import { idsToRows, type StackOrder } from './stack-order.ts';

/**
 * The pages of one block by row, whichever way they stand in the file. Each is read when it is asked
 * for, and belongs to the caller. All throw {@link DamagedBytes}.
 *
 * The order of stacks is as large as several pages. Who reads all columns at once has it kept; for
 * who keeps a block for long, it is made anew with each column but those that belong together.
 */
export type BlockPages = {
  ids(): Uint8Array;
  column(type: number): Uint8Array;
  /**
   * Whether a column was read with one that is a multiple of it, and waits to be asked for: whoever
   * keeps pages takes it, so that it is counted.
   */
  isAhead(type: number): boolean;
  /** Undefined when no sample of the block has any. */
  tracing(): Uint8Array | undefined;
};

export function blockPagesOf(
  blocks: BlockColumns,
  block: number,
  rowCount: number,
  page: (ref: PageRef) => Uint8Array,
  keeps: 'pages' | 'order',
): BlockPages {
  let order: StackOrder | undefined;
  /** A column that the one asked for before is a multiple of. */
  const ahead = new Map<number, Uint8Array>();
  /** Columns that the caller has, who keeps pages. */
  const given = new Set<number>();

  function refOf(refs: readonly PageRef[] | undefined): PageRef {
    const ref = refs?.[block];
    if (ref === undefined) throw new DamagedBytes(`a block ${block} without pages`);
    return ref;
  }

  function ids(): Uint8Array {
    const ref = refOf(blocks.ids);
    const bytes = page(ref);
    if (!isByStack(ref)) return bytes;
    const byRow = idsToRows(bytes, rowCount);
    order = byRow.order;
    return byRow.page;
  }

  function orderOf(): StackOrder {
    if (order === undefined) ids();
    if (order === undefined) throw new DamagedBytes(`a block ${block} with columns alone by stack`);
    return order;
  }

  function read(type: number): Uint8Array {
    const ref = refOf(blocks.columns[type]);
    const bytes = page(ref);
    if (!isByStack(ref)) return bytes;
    const mayBeAhead = keeps === 'pages' && type > 0 && !given.has(type - 1);
    if (mayBeAhead && hasMultiples(bytes, rowCount)) ahead.set(type - 1, read(type - 1));
    return columnToRows(bytes, orderOf());
  }

  return {
    ids,
    column(type) {
      const known = ahead.get(type);
      ahead.delete(type);
      given.add(type);
      if (known !== undefined) return known;
      const bytes = read(type);
      if (keeps === 'pages') order = undefined;
      return bytes;
    },
    isAhead: (type) => ahead.has(type),
    tracing() {
      const ref = blocks.tracing[block];
      return ref === null || ref === undefined ? undefined : page(ref);
    },
  };
}
