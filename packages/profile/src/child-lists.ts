import { NO_NODE, type NodeIndex, type TreeShape } from './call-tree.ts';

/**
 * The children of every node as linked lists, from the first to the last. `firstChild` and
 * `nextSibling` have `length` cells, {@link NO_NODE} where there is none.
 */
export type ChildLists = {
  readonly firstRoot: NodeIndex;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
};

export function childLists(shape: TreeShape): ChildLists {
  const firstChild = new Int32Array(shape.length).fill(NO_NODE);
  const nextSibling = new Int32Array(shape.length).fill(NO_NODE);
  let firstRoot = NO_NODE;
  for (let node = shape.length - 1; node >= 0; node--) {
    const caller = shape.parent[node];
    nextSibling[node] = caller === NO_NODE ? firstRoot : firstChild[caller];
    if (caller === NO_NODE) firstRoot = node;
    else firstChild[caller] = node;
  }
  return { firstRoot, firstChild, nextSibling };
}
