import { createNamedProfileBuilder, createStringInterner, type Profile } from '@emberscope/profile';

/**
 * Stacks of names with a count, as the text formats have them. Stacks are keys of names joined by
 * `;`, root first; equal ones add up.
 */
export type CountedStacks = {
  /** Why it was not added, where that is so. */
  add(joinedNames: string, count: bigint): string | undefined;
  finish(): Profile;
};

/**
 * Different stacks of one text. A profile has some thousands; a text of many short lines would take
 * fifty times its size.
 */
export const COUNTED_MAX_STACKS = 1_000_000;

const COUNT = { type: 'samples', unit: 'count' };

export function createCountedStacks(): CountedStacks {
  const keys = createStringInterner();
  /** A count for each key that was added; the empty key has a row in any case. */
  const counts: (bigint | undefined)[] = [];
  return {
    add(joinedNames, count) {
      const row = keys.intern(joinedNames);
      if (row > COUNTED_MAX_STACKS) return `more than ${COUNTED_MAX_STACKS} different stacks`;
      counts[row] = BigInt.asIntN(64, (counts[row] ?? 0n) + count);
      return undefined;
    },
    finish() {
      const builder = createNamedProfileBuilder({ sampleTypes: [COUNT] });
      for (const [row, joinedNames] of keys.finish().entries()) {
        const count = counts[row];
        if (count === undefined) continue;
        const stack = builder.stacks.intern(joinedNames.split(';').map(builder.frame));
        builder.addSample(stack, [count]);
      }
      return builder.finish();
    },
  };
}
