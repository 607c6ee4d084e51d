import { foldStacks, NO_NODE } from '../call-tree.ts';
import { createEdgeInterner } from '../edge-interner.ts';
import { framesByName } from '../frame-table.ts';
import type { Int64Column } from '../int64-column.ts';
import type { Profile } from '../profile.ts';
import { createStackInterner } from '../stack-interner.ts';
import { NO_STACK, type StackTable } from '../stack-table.ts';
import { selfByStack } from '../stack-values.ts';
import type { LocationTable, Symbols } from '../symbols.ts';
import { NO_MAPPING } from '../symbols.ts';
import { OTHER, truncationThreshold } from '../truncate.ts';

/**
 * A profile whose call tree has about `maxNodes` nodes: what is below the threshold of truncation in
 * its first values ends, per caller, in one location with the function `other`. Places stay what they
 * are, unlike in a truncated call tree. The profile itself when it is small enough.
 */
export function cutStacks(profile: Profile, maxNodes: number): Profile {
  const { stacks, samples, symbols } = profile;
  const self = selfByStack(stacks, samples.stack, samples.values[0] ?? new Float64Array(0));
  const { tree } = foldStacks(stacks, symbols.locations, self, framesByName(symbols));
  const threshold = truncationThreshold(tree, maxNodes);
  if (threshold === 0) return profile;

  const totalOfStack = totalsByName(stacks, symbols, self);
  const other = symbols.locations.length;
  const cut = createStackInterner();
  const newRow = new Int32Array(stacks.length).fill(NO_STACK);
  const isCut = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const caller = stacks.parent[stack];
    const newCaller = caller === NO_STACK ? NO_STACK : newRow[caller];
    if (caller !== NO_STACK && isCut[caller] === 1) {
      isCut[stack] = 1;
      newRow[stack] = newCaller;
      continue;
    }
    isCut[stack] = totalOfStack[stack] < threshold ? 1 : 0;
    newRow[stack] = cut.push(newCaller, isCut[stack] === 1 ? other : stacks.location[stack]);
  }
  return {
    ...profile,
    symbols: withOther(symbols),
    stacks: cut.finish(),
    samples: {
      ...samples,
      stack: samples.stack.map((stack) => (stack === NO_STACK ? NO_STACK : newRow[stack])),
    },
  };
}

/** For each stack, what the node of the call tree costs that it ends in. Near, above 2^53. */
function totalsByName(stacks: StackTable, symbols: Symbols, self: Int64Column): Float64Array {
  const { frameOfFunction } = framesByName(symbols);
  const { lineStart, lineFunction } = symbols.locations;
  const nodes = createEdgeInterner();
  const nodeOfStack = new Int32Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const caller = stacks.parent[stack];
    const location = stacks.location[stack];
    let node = caller === NO_STACK ? NO_NODE : nodeOfStack[caller];
    for (let line = lineStart[location + 1] - 1; line >= lineStart[location]; line--) {
      node = nodes.intern(node, frameOfFunction[lineFunction[line]]);
    }
    nodeOfStack[stack] = node;
  }
  const { parent } = nodes.finish();
  const total = new Float64Array(parent.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    if (nodeOfStack[stack] !== NO_NODE) {
      total[nodeOfStack[stack]] += Math.max(0, Number(self[stack]));
    }
  }
  for (let node = parent.length - 1; node >= 0; node--) {
    if (parent[node] !== NO_NODE) total[parent[node]] += total[node];
  }
  // A stack without any name is in no node, and stays.
  return Float64Array.from(nodeOfStack, (node) => (node === NO_NODE ? Infinity : total[node]));
}

/** The symbols with one location more, which is the last and has the function `other`. */
function withOther(symbols: Symbols): Symbols {
  const { strings, functions } = symbols;
  const name = strings.indexOf(OTHER);
  const row = functions.length;
  return {
    ...symbols,
    strings: name === -1 ? [...strings, OTHER] : strings,
    functions: {
      length: row + 1,
      name: withCell(functions.name, name === -1 ? strings.length : name),
      systemName: withCell(functions.systemName, 0),
      fileName: withCell(functions.fileName, 0),
      startLine: withCell(functions.startLine, 0),
    },
    locations: withLocationOf(symbols.locations, row),
  };
}

function withLocationOf(locations: LocationTable, functionRow: number): LocationTable {
  const { length, lineStart } = locations;
  const address = new BigUint64Array(length + 1);
  address.set(locations.address);
  const isFolded = new Uint8Array(length + 1);
  isFolded.set(locations.isFolded);
  return {
    length: length + 1,
    mapping: withCell(locations.mapping, NO_MAPPING),
    address,
    isFolded,
    lineStart: withCell(lineStart, lineStart[length] + 1),
    lineFunction: withCell(locations.lineFunction, functionRow),
    lineNumber: withCell(locations.lineNumber, 0),
  };
}

function withCell(cells: Int32Array, cell: number): Int32Array {
  const longer = new Int32Array(cells.length + 1);
  longer.set(cells);
  longer[cells.length] = cell;
  return longer;
}
