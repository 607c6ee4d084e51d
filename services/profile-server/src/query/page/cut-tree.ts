import { type CallTree, int64At, NO_NODE, truncationThreshold } from '@emberscope/profile';
import { keepNodes } from './select-in-tree.ts';

/** A tree with its smallest nodes left out, and what they came to. Totals are as they were. */
export type CutTree = { readonly tree: CallTree; readonly otherTotal: bigint };

/**
 * Leaves out nodes of the smallest totals until at most `maxNodes` are left. Pyroscope lets all
 * nodes stay that tie with the threshold, so a fan of a million equal leaves would stay whole; here
 * ties stay in the order of the tree while there is room.
 */
export function cutTree(tree: CallTree, maxNodes: number): CutTree {
  if (tree.length <= maxNodes) return { tree, otherTotal: 0n };
  const threshold = truncationThreshold(tree, maxNodes);
  let roomForTies = maxNodes;
  for (let node = 0; node < tree.length; node++) {
    if ((tree.total[node] ?? 0) > threshold) roomForTies--;
  }
  const isKept = new Uint8Array(tree.length);
  let otherTotal = 0n;
  for (let node = 0; node < tree.length; node++) {
    const caller = tree.parent[node] ?? NO_NODE;
    if (caller !== NO_NODE && isKept[caller] === 0) continue;
    const total = tree.total[node] ?? 0;
    if (total > threshold || (total === threshold && roomForTies-- > 0)) isKept[node] = 1;
    else otherTotal += int64At(tree.total, node);
  }
  return { tree: keepNodes(tree, (node) => isKept[node] === 1), otherTotal };
}
