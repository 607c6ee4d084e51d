import {
  createProfileBuilder,
  createStringInterner,
  type LocationIndex,
  type Profile,
} from '@emberscope/profile';

/**
 * Stacks of names with a count, as the text formats have them. Stacks are keys of names joined by
 * `;`, root first; equal ones add up.
 */
export type CountedStacks = {
  add(joinedNames: string, count: bigint): void;
  finish(): Profile;
};

const COUNT = { type: 'samples', unit: 'count' };

export function createCountedStacks(): CountedStacks {
  const keys = createStringInterner();
  /** A count for each key that was added; the empty key has a row in any case. */
  const counts: (bigint | undefined)[] = [];
  return {
    add(joinedNames, count) {
      const row = keys.intern(joinedNames);
      counts[row] = BigInt.asIntN(64, (counts[row] ?? 0n) + count);
    },
    finish() {
      const builder = createProfileBuilder({ sampleTypes: [COUNT] });
      // Names come again and again, and a frame is interned by four columns.
      const locationOf = new Map<string, LocationIndex>();
      for (const [row, joinedNames] of keys.finish().entries()) {
        const count = counts[row];
        if (count === undefined) continue;
        const locations = joinedNames.split(';').map((name) => {
          const known = locationOf.get(name);
          if (known !== undefined) return known;
          const location = builder.frame({ name });
          locationOf.set(name, location);
          return location;
        });
        builder.addSample(builder.stacks.intern(locations), [count]);
      }
      return builder.finish();
    },
  };
}
