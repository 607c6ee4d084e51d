import { NO_STACK, type StackTable } from '@emberscope/profile';

/** Rows of stacks, those at the root first, then their callees, and so on. */
export type StackLevels = {
  /** By level, and within one as they lie in the table. Good until the next call. */
  readonly order: Int32Array;
  /** Behind the last row of each level, in `order`. */
  readonly levelEnds: Int32Array;
  readonly levelCount: number;
};

/** Of most profiles; larger ones get columns of their own, which nobody keeps. */
const KEPT_ROWS = 64 * 1024;
let keptLevelOf = new Int32Array(1024);
let keptOrder = new Int32Array(1024);
let keptEnds = new Int32Array(1024);

/** The stacks that are marked; the callers of a marked one are marked. Counts and places, O(length). */
export function stacksByLevel({ length, parent }: StackTable, isWanted: Uint8Array): StackLevels {
  const { levelOf, order, levelEnds } = columnsFor(length);
  let levelCount = 0;
  for (let row = 0; row < length; row++) {
    if (isWanted[row] === 0) continue;
    const caller = parent[row] ?? NO_STACK;
    const level = caller === NO_STACK ? 0 : (levelOf[caller] ?? 0) + 1;
    levelOf[row] = level;
    if (level === levelCount) levelEnds[levelCount++] = 0;
    levelEnds[level] = (levelEnds[level] ?? 0) + 1;
  }
  let start = 0;
  for (let level = 0; level < levelCount; level++) {
    const count = levelEnds[level] ?? 0;
    levelEnds[level] = start;
    start += count;
  }
  for (let row = 0; row < length; row++) {
    if (isWanted[row] === 0) continue;
    const level = levelOf[row] ?? 0;
    const at = levelEnds[level] ?? 0;
    order[at] = row;
    levelEnds[level] = at + 1;
  }
  return { order, levelEnds, levelCount };
}

function columnsFor(length: number) {
  if (length > KEPT_ROWS) {
    return {
      levelOf: new Int32Array(length),
      order: new Int32Array(length),
      levelEnds: new Int32Array(length),
    };
  }
  if (length > keptOrder.length) {
    keptLevelOf = new Int32Array(2 * length);
    keptOrder = new Int32Array(2 * length);
    keptEnds = new Int32Array(2 * length);
  }
  return { levelOf: keptLevelOf, order: keptOrder, levelEnds: keptEnds };
}
