import type { StackSymbols } from '../../dictionary/dictionary.ts';
import { createNameTree, type NameTree } from '../../dictionary/name-tree.ts';
import type { FrameKey } from '../../selection.ts';
import type { ByteReader } from '../codec/byte-reader.ts';
import { type RowCounts, readDictionaryRows } from '../codec/dictionary-rows.ts';
import { createWholeDictionary } from '../codec/row-columns.ts';

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
  /** How many nodes each of them has. */
  treeSizes(): TreeSizes;
  readonly bytes: () => number;
};

/** Nodes of trees of names. */
export type TreeSizes = ReadonlyMap<FrameKey, number>;

/**
 * `counts`: how many rows there will be, as far as that is known. `treeSizes`: what trees had when
 * these rows were read before.
 */
export function createStoredRows(counts?: RowCounts, treeSizes?: TreeSizes): StoredRows {
  const columns = createWholeDictionary(counts);
  const nameTrees = new Map<FrameKey, NameTree>();
  let view: StackSymbols | undefined;

  return {
    counts: columns.counts,
    read(from, before) {
      const rows = readDictionaryRows(from, before);
      columns.append(rows);
      view = undefined;
      return rows.after;
    },
    view: () => (view ??= columns.view()),
    nameTree(frameKey) {
      const tree = nameTrees.get(frameKey) ?? createNameTree(frameKey, treeSizes?.get(frameKey));
      nameTrees.set(frameKey, tree);
      return tree;
    },
    treeSizes: () =>
      new Map(Array.from(nameTrees, ([key, tree]) => [key, tree.nodes().parent.length])),
    bytes() {
      let bytes = columns.bytes();
      for (const tree of nameTrees.values()) bytes += tree.bytes();
      return bytes;
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
