import {
  type CallTree,
  NO_NODE,
  permuteCells,
  permuteShape,
  preOrder,
  type TreeShape,
} from './call-tree.ts';
import { createEdgeInterner } from './edge-interner.ts';
import { createFrameCollector, type FrameTable, frameRow, rankFrames } from './frame-table.ts';
import { type Int64Column, isWide, sumsStayNarrow, widen } from './int64-column.ts';
import { addUpTree, type TreeValues } from './stack-values.ts';

/** Several trees laid over one another: a node for each path that any of them has. */
export type AlignedTrees = TreeShape & {
  readonly frames: FrameTable;
  /** One for each tree, in their order; 0 where a tree lacks the path. */
  readonly values: readonly TreeValues[];
};

/** Lays trees over one another by the frames on the path from the root. */
export function alignCallTrees(trees: readonly CallTree[]): AlignedTrees {
  const frames = createFrameCollector();
  const edges = createEdgeInterner();
  const rowsOfTrees = trees.map((tree) => {
    const frameOf = Int32Array.from({ length: tree.frames.length }, (_, row) =>
      frames.intern(frameRow(tree.frames, row)),
    );
    const rows = new Int32Array(tree.length);
    for (let node = 0; node < tree.length; node++) {
      const caller = tree.parent[node];
      rows[node] = edges.intern(
        caller === NO_NODE ? NO_NODE : rows[caller],
        frameOf[tree.frame[node]],
      );
    }
    return rows;
  });

  const { parent, label } = edges.finish();
  const frameTable = frames.finish();
  const order = preOrder(parent, label, rankFrames(frameTable));
  const shape = permuteShape(parent, label, order);
  const values = trees.map((tree, i) => {
    const self = scatter(tree.self, rowsOfTrees[i], parent.length);
    return addUpTree(shape.parent, permuteCells(self, order));
  });
  return { ...shape, frames: frameTable, values };
}

/** One tree that has the sums of all: for merging what several stores or days answered. */
export function mergeCallTrees(trees: readonly CallTree[]): CallTree {
  const { values, ...shape } = alignCallTrees(trees);
  const self = addColumns(
    values.map((value) => value.self),
    shape.length,
  );
  return { ...shape, ...addUpTree(shape.parent, self) };
}

/** The cells of a column, moved to other rows of a longer one. */
function scatter(cells: Int64Column, rows: Int32Array, length: number): Int64Column {
  if (isWide(cells)) {
    const moved = new BigInt64Array(length);
    for (let row = 0; row < rows.length; row++) moved[rows[row]] = cells[row];
    return moved;
  }
  const moved = new Float64Array(length);
  for (let row = 0; row < rows.length; row++) moved[rows[row]] = cells[row];
  return moved;
}

function addColumns(columns: readonly Int64Column[], length: number): Int64Column {
  if (sumsStayNarrow(...columns)) {
    const sum = new Float64Array(length);
    for (const column of columns) {
      if (isWide(column)) continue;
      for (let row = 0; row < length; row++) sum[row] += column[row];
    }
    return sum;
  }
  const sum = new BigInt64Array(length);
  for (const column of columns) {
    const wide = widen(column);
    for (let row = 0; row < length; row++) sum[row] += wide[row];
  }
  return sum;
}
