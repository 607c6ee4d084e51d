import { NO_NODE, nthLargest, reusableFloat64, reusableInt32 } from '@emberscope/profile';
import { LINK, LINK_CELLS, type NameNodes } from '../dictionary/name-tree.ts';
import type { QueryGuard } from './query-guard.ts';
import type { LaidTree, NarrowNodes } from './unite-trees.ts';

/** A day of a service has hundreds of thousands of nodes, of which minutes have thousands. */
const KEPT_ROWS = 512 * 1024;

const cellsOfSizes = reusableFloat64(KEPT_ROWS);
const cellsOfRows = reusableInt32(KEPT_ROWS);
const cellsOfParents = reusableInt32();
const cellsOfFrames = reusableInt32();
const cellsOfTotals = reusableFloat64();
const cellsOfBelow = reusableFloat64();

/** A tree with all of its columns. */
export type WholeTree = LaidTree & { readonly nodes: NameNodes };

/**
 * What a union of one tree is, for sums that are narrow: its nodes are told apart already, so that
 * two passes over its columns take the place of a walk through its lists. Only nodes that stay are
 * in it. The columns are good until the next one.
 */
export function singleTree(
  { nodes, frameOf, totals }: WholeTree,
  keepNodes: number,
  guard: QueryGuard,
): NarrowNodes {
  const { parent, links } = nodes;
  guard.spend(parent.length >> 1);
  const count = countFrom(Number.MIN_VALUE, totals, parent.length);
  const isCut = keepNodes > 0 && count > keepNodes;
  const threshold = isCut ? nthLargest(sizesIn(totals, parent.length, count), keepNodes) : 0;
  const kept = isCut ? countFrom(threshold, totals, parent.length) : count;

  const rowOf = cellsOfRows(parent.length);
  const newParent = cellsOfParents(kept);
  const newFrame = cellsOfFrames(kept);
  const newTotals = cellsOfTotals(kept);
  const below = cellsOfBelow(kept);
  let length = 0;
  let total = 0;
  for (let node = 0; node < parent.length; node++) {
    const size = totals[node] ?? 0;
    if (size === 0) continue;
    // Callers come first, and are as large as what they call or larger.
    const caller = parent[node] ?? NO_NODE;
    const callerRow = caller === NO_NODE ? NO_NODE : (rowOf[caller] ?? NO_NODE);
    if (caller === NO_NODE) total += size;
    else if (callerRow !== NO_NODE) below[callerRow] = (below[callerRow] ?? 0) + size;
    if (size < threshold) {
      rowOf[node] = NO_NODE;
      continue;
    }
    const row = length++;
    rowOf[node] = row;
    newParent[row] = callerRow;
    newFrame[row] = frameOf[links[LINK_CELLS * node + LINK.label] ?? 0] ?? 0;
    newTotals[row] = size;
    below[row] = 0;
  }
  return {
    length,
    parent: newParent,
    frame: newFrame,
    totals: newTotals,
    below,
    total,
    threshold,
  };
}

/** How many totals are so large. */
function countFrom(least: number, totals: Float64Array, nodeCount: number): number {
  let count = 0;
  for (let node = 0; node < nodeCount; node++) if ((totals[node] ?? 0) >= least) count++;
  return count;
}

/** The totals of nodes that have any. */
function sizesIn(totals: Float64Array, nodeCount: number, count: number): Float64Array {
  const sizes = cellsOfSizes(count);
  let length = 0;
  for (let node = 0; node < nodeCount; node++) {
    const size = totals[node] ?? 0;
    if (size > 0) sizes[length++] = size;
  }
  return sizes;
}
