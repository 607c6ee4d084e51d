import { NO_MAPPING, type Profile } from '@emberscope/profile';

/**
 * The profile with all locations that are in no mapping put into an empty one, which is added as
 * the last. Pyroscope does so while it stores a profile, so an empty mapping shows in the profiles
 * that it answers with. Here the store knows no such mapping, and only those answers have one.
 */
export function withStubMapping(profile: Profile): Profile {
  const { locations, mappings } = profile.symbols;
  if (!locations.mapping.includes(NO_MAPPING)) return profile;
  const stub = mappings.length;
  return {
    ...profile,
    symbols: {
      ...profile.symbols,
      mappings: {
        length: stub + 1,
        memoryStart: longer(mappings.memoryStart, new BigUint64Array(stub + 1)),
        memoryLimit: longer(mappings.memoryLimit, new BigUint64Array(stub + 1)),
        fileOffset: longer(mappings.fileOffset, new BigUint64Array(stub + 1)),
        fileName: longer(mappings.fileName, new Int32Array(stub + 1)),
        buildId: longer(mappings.buildId, new Int32Array(stub + 1)),
        has: longer(mappings.has, new Uint8Array(stub + 1)),
      },
      locations: {
        ...locations,
        mapping: locations.mapping.map((row) => (row === NO_MAPPING ? stub : row)),
      },
    },
  };
}

/** The cells of a column in a longer one, of which the others are 0. */
function longer<Column extends { set(cells: Column): void }>(
  column: Column,
  target: Column,
): Column {
  target.set(column);
  return target;
}
