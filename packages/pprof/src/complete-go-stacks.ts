import {
  createEdgeInterner,
  createStackInterner,
  NO_STACK,
  type Profile,
  pushStacks,
  type StackIndex,
  type StackTable,
} from '@emberscope/profile';

/** How many locations at the root make stacks one group; and how many of these have to be found again. */
const GROUP_DEPTH = 24;
const HEAD_DEPTH = 16;
/** How many groups may stand on top of one another: seven times eight, as in the original. */
const MAX_LINKS = 56;

/**
 * Puts back what Go's profilers cut off. They keep the leaf side of a deep stack: 32 frames of an
 * allocation, 64 of a CPU sample. In a flame graph each such stack begins anywhere, as if its first
 * frame were a root. The missing callers are often to be found in other stacks of the profile, which
 * were cut elsewhere or not at all.
 *
 * What is taken for the same follows Pyroscope (`RepairGoTruncatedStacktraces` in its `pkg/pprof`),
 * as far as its answers show, quirks included:
 *
 *  - Stacks of {@link GROUP_DEPTH} locations and more are one group when these are equal from the root
 *    on. A group's head is its {@link HEAD_DEPTH} locations nearest the root.
 *  - A group is linked to another that has this head one to eight locations further from the root: of
 *    several to the one that has most before it, then to the first in order. One that comes closest
 *    to itself, in a recursion, stays as it is, and so does the last group in order.
 *  - Links are followed up to a group that has none. As many locations as all links together had
 *    before the head are taken from the root side of that group's last stack in order, if it is that
 *    deep, and put before the stacks of the group.
 *  - Order is that of the bytes of location ids, leaf first, each id with its lowest byte first.
 */
export function completeGoStacks(profile: Profile): Profile {
  const { stacks, samples } = profile;
  const depths = depthsOf(stacks);
  if (!hasCutStacks(profile, depths)) return profile;
  const groups = groupStacks(stacks, depths, samples.stack);
  const links = linkGroups(groups);

  const table = createStackInterner();
  const asTheyAre = pushStacks(stacks, table, (location) => location);
  /** For each stack of a group that is completed the row that it becomes. */
  const completed = new Int32Array(stacks.length).fill(NO_STACK);
  let isChanged = false;
  for (const [index, { row, root }] of groups.entries()) {
    const missing = missingLocations(stacks, depths, groups, links, index);
    if (missing === undefined) continue;
    completed[row] = table.intern([...missing, ...root]);
    isChanged = true;
  }
  if (!isChanged) return profile;
  // Callers come before callees.
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row];
    if (parent === NO_STACK || completed[parent] === NO_STACK) continue;
    completed[row] = table.push(completed[parent], stacks.location[row]);
  }
  const stack = samples.stack.map((row) => {
    if (row === NO_STACK) return NO_STACK;
    return completed[row] === NO_STACK ? asTheyAre[row] : completed[row];
  });
  return { ...profile, stacks: table.finish(), samples: { ...samples, stack } };
}

const HEAP_TYPE = /^(?:alloc|inuse)_(?:objects|space)$/;
const HEAP_MIN_DEPTH = 28;
const HEAP_MAX_DEPTH = 32;
const CPU_MIN_DEPTH = 60;

/** By its types and depths: locations may hold several frames, so a cut stack has a few fewer. */
function hasCutStacks({ sampleTypes, samples }: Profile, depths: Int32Array): boolean {
  let deepest = 0;
  for (const row of samples.stack) if (row !== NO_STACK) deepest = Math.max(deepest, depths[row]);
  if (sampleTypes.some(({ type }) => HEAP_TYPE.test(type))) {
    return deepest >= HEAP_MIN_DEPTH && deepest <= HEAP_MAX_DEPTH;
  }
  return sampleTypes.some(({ type }) => type === 'cpu') && deepest >= CPU_MIN_DEPTH;
}

function depthsOf({ length, parent }: StackTable): Int32Array {
  const depths = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    depths[row] = parent[row] === NO_STACK ? 1 : depths[parent[row]] + 1;
  }
  return depths;
}

/** Stacks that begin alike. */
type StackGroup = {
  /** The row of their common caller, and its locations, root first. */
  readonly row: StackIndex;
  readonly root: readonly number[];
  /** The last of them in order. */
  last: StackIndex;
};

/** The groups in order. */
function groupStacks(
  stacks: StackTable,
  depths: Int32Array,
  sampled: Int32Array,
): readonly StackGroup[] {
  /** For each stack the row of the group it is in. */
  const groupRow = new Int32Array(stacks.length).fill(NO_STACK);
  for (let row = 0; row < stacks.length; row++) {
    if (depths[row] === GROUP_DEPTH) groupRow[row] = row;
    else if (depths[row] > GROUP_DEPTH) groupRow[row] = groupRow[stacks.parent[row]];
  }
  const groups = new Map<StackIndex, StackGroup>();
  for (const row of new Set(sampled)) {
    const caller = row === NO_STACK ? NO_STACK : groupRow[row];
    if (caller === NO_STACK) continue;
    const group = groups.get(caller);
    if (group === undefined) {
      groups.set(caller, { row: caller, root: rootOf(stacks, caller, GROUP_DEPTH), last: row });
    } else if (compareLeafFirst(stacks, row, group.last) > 0) group.last = row;
  }
  return [...groups.values()].sort((a, b) => compareLeafFirst(stacks, a.row, b.row));
}

/** The locations of a stack, root first. */
function rootOf({ parent, location }: StackTable, stack: StackIndex, depth: number): number[] {
  const locations = new Array<number>(depth);
  let row = stack;
  for (let level = depth - 1; level >= 0; level--) {
    locations[level] = location[row];
    row = parent[row];
  }
  return locations;
}

function compareLeafFirst({ parent, location }: StackTable, a: StackIndex, b: StackIndex): number {
  let left = a;
  let right = b;
  while (left !== right) {
    if (left === NO_STACK) return -1;
    if (right === NO_STACK) return 1;
    const difference = idOrder(location[left]) - idOrder(location[right]);
    if (difference !== 0) return difference;
    left = parent[left];
    right = parent[right];
  }
  return 0;
}

/** Go numbers locations from 1 on in the order they come in. Of two ids the lowest bytes count first. */
function idOrder(location: number): number {
  const id = location + 1;
  const swapped = (id << 24) | ((id & 0xff00) << 8) | ((id >>> 8) & 0xff00) | (id >>> 24);
  return swapped >>> 0;
}

/** The group that a group is to be put on, and how many of that one's locations come before. */
type Link = { readonly onto: number; readonly before: number };

/** For each group its link, by its place among them; undefined where there is none. */
function linkGroups(groups: readonly StackGroup[]): readonly (Link | undefined)[] {
  const heads = createEdgeInterner();
  const headOf = groups.map(({ root }) => {
    let row = NO_STACK;
    for (let level = 0; level < HEAD_DEPTH; level++) row = heads.intern(row, root[level]);
    return row;
  });
  const linkOfHead = new Map<number, Link>();
  for (const [onto, { root }] of groups.entries()) {
    for (let before = 1; before <= GROUP_DEPTH - HEAD_DEPTH; before++) {
      let row = NO_STACK;
      for (let level = 0; level < HEAD_DEPTH; level++) {
        row = heads.find(row, root[before + level]);
        if (row === NO_STACK) break;
      }
      if (row !== NO_STACK && before > (linkOfHead.get(row)?.before ?? 0)) {
        linkOfHead.set(row, { onto, before });
      }
    }
  }
  return headOf.map((head, group) => {
    const link = linkOfHead.get(head);
    return link?.onto === group || group === groups.length - 1 ? undefined : link;
  });
}

/** What is to be put before the stacks of a group, root first; undefined for nothing. */
function missingLocations(
  stacks: StackTable,
  depths: Int32Array,
  groups: readonly StackGroup[],
  links: readonly (Link | undefined)[],
  group: number,
): readonly number[] | undefined {
  let count = 0;
  let top = group;
  for (let linkCount = 0; linkCount < MAX_LINKS; linkCount++) {
    const link = links[top];
    if (link === undefined) break;
    count += link.before;
    top = link.onto;
  }
  const { last } = groups[top];
  if (count === 0 || depths[last] < count) return undefined;
  return rootOf(stacks, last, depths[last]).slice(0, count);
}
