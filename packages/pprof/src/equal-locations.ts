import { type LocationTable, MAPPING_HAS, NO_MAPPING, type Symbols } from '@emberscope/profile';
import { EdgeTable } from './edge-table.ts';
import { halvesOfColumn } from './halves.ts';

/** In a table of rows: the location says nothing, neither an address nor a line. */
export const BLANK = -1;

/**
 * Where a mapping says that its functions are known, the addresses of its locations tell nothing
 * any more that their lines do not: they are cleared. Locations without lines keep theirs.
 */
export function clearAddresses({ locations, mappings }: Symbols): LocationTable {
  if (!mappings.has.some((has) => (has & MAPPING_HAS.functions) !== 0)) return locations;
  const { length, mapping, lineStart } = locations;
  const address = locations.address.slice();
  for (let row = 0; row < length; row++) {
    if (mapping[row] === NO_MAPPING || lineStart[row] === lineStart[row + 1]) continue;
    if ((mappings.has[mapping[row]] & MAPPING_HAS.functions) !== 0) address[row] = 0n;
  }
  return { ...locations, address };
}

/**
 * {@link BLANK} for each location that says nothing, else its own row: `locations.length` cells.
 * Undefined when there is no such location, as nearly always.
 */
export function blankLocations(locations: LocationTable): Int32Array | undefined {
  const { length, lineStart } = locations;
  const address = halvesOfColumn(locations.address);
  let own: Int32Array | undefined;
  for (let row = 0; row < length; row++) {
    if (lineStart[row] !== lineStart[row + 1]) continue;
    if ((address[2 * row] | address[2 * row + 1]) !== 0) continue;
    own ??= Int32Array.from({ length }, (_, each) => each);
    own[row] = BLANK;
  }
  return own;
}

/** For each location the first that equals it, or {@link BLANK}: `locations.length` cells. */
export function firstEqualLocations(locations: LocationTable): Int32Array {
  const { length, mapping, isFolded, lineStart, lineFunction, lineNumber } = locations;
  const address = halvesOfColumn(locations.address);
  const paths = new EdgeTable();
  // Row + 1 of the first location that ends in a node; a location makes so many nodes at most.
  const firstOfNode = new Int32Array(4 * length + 2 * lineStart[length]);
  const first = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const low = address[2 * row];
    const high = address[2 * row + 1];
    const firstLine = lineStart[row];
    const lineEnd = lineStart[row + 1];
    if (firstLine === lineEnd && (low | high) === 0) {
      first[row] = BLANK;
      continue;
    }
    // The integers of a location are a path in a tree; the count of lines, which sets apart paths
    // of different lengths, goes into the step of the fold mark.
    let node = paths.intern(-1, mapping[row]);
    node = paths.intern(node, low);
    node = paths.intern(node, high);
    node = paths.intern(node, 2 * (lineEnd - firstLine) + isFolded[row]);
    for (let line = firstLine; line < lineEnd; line++) {
      node = paths.intern(node, lineFunction[line]);
      node = paths.intern(node, lineNumber[line]);
    }
    if (firstOfNode[node] === 0) firstOfNode[node] = row + 1;
    first[row] = firstOfNode[node] - 1;
  }
  return first;
}
