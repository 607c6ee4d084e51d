import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import { childrenOf, type FlameModel, functionOfNode } from './flame-model.ts';

/** One row of the call tree as a grid. */
export type TreeRow = {
  readonly node: NodeIndex;
  /** Names the row in every answer: the functions from the top down to it. */
  readonly key: string;
  /** From 1. */
  readonly level: number;
  readonly state: 'leaf' | 'closed' | 'open';
  /** From 1, among its siblings. */
  readonly position: number;
  readonly siblingCount: number;
};

/** What the reader opened and closed; all else is as `isOpenAtFirst` says. By `key`. */
export type OpenRows = ReadonlyMap<string, boolean>;

/** More rows than this are not unfolded: nobody reads them, and every one costs memory. */
const ROW_LIMIT = 50_000;

/**
 * The rows that are visible, each caller before its callees, siblings by cost. A caller whose cost
 * is all one callee's is open at first: the reader starts where the tree branches.
 */
export function visibleTreeRows(
  model: FlameModel,
  top: NodeIndex,
  open: OpenRows,
): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const waiting: Waiting[] = [];
  push(model, waiting, top === NO_NODE ? childrenOf(model, NO_NODE) : [top], '', 1, true);
  for (
    let next = waiting.pop();
    next !== undefined && rows.length < ROW_LIMIT;
    next = waiting.pop()
  ) {
    const { isOnMainPath, ...place } = next;
    const children = childrenOf(model, place.node);
    const isOpen = open.get(place.key) ?? isOnMainPath;
    rows.push({ ...place, state: children.length === 0 ? 'leaf' : isOpen ? 'open' : 'closed' });
    if (isOpen) {
      push(model, waiting, children, `${place.key}\n`, place.level + 1, isOnMainPath);
    }
  }
  return rows;
}

type Waiting = Omit<TreeRow, 'state'> & { readonly isOnMainPath: boolean };

/** Last sibling first, since the end of the list comes next. */
function push(
  model: FlameModel,
  waiting: Waiting[],
  nodes: readonly NodeIndex[],
  keyBefore: string,
  level: number,
  isOnMainPath: boolean,
): void {
  const cost = (node: NodeIndex): number => Number(model.tree.total[node] ?? 0);
  const byCost = nodes.toSorted((a, b) => cost(b) - cost(a));
  for (let place = byCost.length - 1; place >= 0; place--) {
    const node = byCost[place] ?? NO_NODE;
    const { name, file, line } = functionOfNode(model, node);
    waiting.push({
      node,
      key: `${keyBefore}${name}!${file}!${line}`,
      level,
      position: place + 1,
      siblingCount: byCost.length,
      isOnMainPath: isOnMainPath && byCost.length === 1,
    });
  }
}
