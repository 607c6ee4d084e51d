import type { StackInterner } from './stack-interner.ts';
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
