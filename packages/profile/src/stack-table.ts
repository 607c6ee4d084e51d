import { createEdgeInterner } from './edge-interner.ts';
import type { LocationIndex } from './symbols.ts';

/** Row of a {@link StackTable}. */
export type StackIndex = number;

/** The parent of a stack of one location; also the stack of a sample that has no locations. */
export const NO_STACK: StackIndex = -1;

/**
 * Every distinct stack, stored as a tree of (parent, location) rows. Stacks that share callers
 * share their rows, so a sample needs one integer to name its stack:
 *
 *     main > serve > json        row       0      1      2     3
 *     main > serve > gzip        parent   -1      0      1     1
 *                                location main   serve   json  gzip
 *
 * A parent's row is always smaller than its children's, so one forward pass sees callers before
 * callees and one backward pass adds selves up into totals. Both columns have `length` cells.
 */
export type StackTable = {
  readonly length: number;
  readonly parent: Int32Array;
  readonly location: Int32Array;
};

export type StackInterner = {
  readonly length: () => number;
  /** The stack that `callee` makes on top of `caller` ({@link NO_STACK} at the root). */
  push(caller: StackIndex, callee: LocationIndex): StackIndex;
  /** As `findBlock` of {@link createEdgeInterner}: the stack of each pair, else -1. */
  findBlock(callers: Int32Array, callees: Int32Array, count: number, found: Int32Array): void;
  /** A whole stack, root first; {@link NO_STACK} for an empty one. */
  intern(rootFirst: ArrayLike<LocationIndex>): StackIndex;
  /** The stacks so far, as windows that stay what they are while stacks are added. */
  view(): StackTable;
  finish(): StackTable;
};

export function createStackInterner(): StackInterner {
  const edges = createEdgeInterner();
  return {
    length: edges.length,
    push: edges.intern,
    findBlock: edges.findBlock,
    intern(rootFirst) {
      let stack = NO_STACK;
      for (let i = 0; i < rootFirst.length; i++) stack = edges.intern(stack, rootFirst[i]);
      return stack;
    },
    view() {
      const { parent, label } = edges.view();
      return { length: parent.length, parent, location: label };
    },
    finish() {
      const { parent, label } = edges.finish();
      return { length: parent.length, parent, location: label };
    },
  };
}

/**
 * Pushes all stacks of a table into an interner, under other locations; answers the row that each
 * has become, `length` cells.
 */
export function pushStacks(
  { length, parent, location }: StackTable,
  interner: StackInterner,
  locationOf: (location: LocationIndex) => LocationIndex,
): Int32Array {
  const pushed = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const caller = parent[row] === NO_STACK ? NO_STACK : pushed[parent[row]];
    pushed[row] = interner.push(caller, locationOf(location[row]));
  }
  return pushed;
}

/** The locations of one stack, root first. */
export function locationsOfStack(stacks: StackTable, stack: StackIndex): LocationIndex[] {
  const locations: LocationIndex[] = [];
  for (let row = stack; row !== NO_STACK; row = stacks.parent[row]) {
    locations.push(stacks.location[row]);
  }
  return locations.reverse();
}
