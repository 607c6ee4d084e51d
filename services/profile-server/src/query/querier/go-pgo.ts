import {
  createStackInterner,
  type LocationTable,
  locationsOfStack,
  mergeProfiles,
  type Profile,
} from '@emberscope/profile';

/**
 * A profile as Go's compiler wants it for optimising by profiles: of each stack only the locations
 * next to the leaf (0 for all), and with `aggregateCallees` without the line that ran in the leaf,
 * so that the lines of one function become one. Stacks that are then equal are one sample.
 */
export function keepLeaves(
  profile: Profile,
  { keepLocations, aggregateCallees }: { keepLocations: number; aggregateCallees: boolean },
): Profile {
  const { samples, stacks, symbols } = profile;
  const lineless = symbols.locations.length;
  const interner = createStackInterner();
  const stack = samples.stack.map((row) => {
    const locations = locationsOfStack(stacks, row).slice(-keepLocations);
    const leaf = locations.pop();
    if (leaf !== undefined) locations.push(aggregateCallees ? lineless + leaf : leaf);
    return interner.intern(locations);
  });
  const merged = mergeProfiles([
    {
      ...profile,
      symbols: { ...symbols, locations: withLinelessCopies(symbols.locations) },
      stacks: interner.finish(),
      samples: { ...samples, stack },
    },
  ]);
  return merged.ok ? merged.profile : profile;
}

/** All locations, and behind them each once more without the line of its innermost function. */
function withLinelessCopies(locations: LocationTable): LocationTable {
  const { length, lineStart, lineNumber, lineFunction, mapping, address, isFolded } = locations;
  const lineCount = lineStart[length] ?? 0;
  const lineNumbers = new Int32Array(2 * lineCount);
  lineNumbers.set(lineNumber);
  lineNumbers.set(lineNumber, lineCount);
  for (let row = 0; row < length; row++) {
    const first = lineStart[row] ?? 0;
    if (first < (lineStart[row + 1] ?? 0)) lineNumbers[lineCount + first] = 0;
  }
  return {
    length: 2 * length,
    mapping: Int32Array.from([...mapping, ...mapping]),
    address: BigUint64Array.from([...address, ...address]),
    isFolded: Uint8Array.from([...isFolded, ...isFolded]),
    lineStart: Int32Array.from([...lineStart, ...lineStart.slice(1).map((row) => row + lineCount)]),
    lineFunction: Int32Array.from([...lineFunction, ...lineFunction]),
    lineNumber: lineNumbers,
  };
}
