import { createNamedProfileBuilder, createStringInterner } from '@emberscope/profile';
import { type ReadProfile, refuse } from './read-answer.ts';

/**
 * Stacks of names with a count, as the text formats have them. Stacks are keys of names joined by
 * `;`, root first; equal ones add up.
 */
export type CountedStacks = {
  /** Why it was not added, where that is so. */
  add(joinedNames: string, count: bigint): string | undefined;
  finish(): ReadProfile;
};

/*
 * What one text may hold. Profiles have some thousands of each; 4 MiB made to be slow took a thread
 * ten seconds, and fifty times their size in memory.
 */
export const COUNTED_MAX_STACKS = 100_000;
const MAX_NAMES = 100_000;
/** Of the tree that the stacks are, where they share their roots. */
const MAX_FRAMES = 500_000;
/** Of the stacks one by one. 240 MB of deep ones that shared all but a name took half a minute. */
const MAX_READ_FRAMES = 5_000_000;

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
      let readFrames = 0;
      for (const [row, joinedNames] of keys.finish().entries()) {
        const count = counts[row];
        if (count === undefined) continue;
        const names = joinedNames.split(';');
        readFrames += names.length;
        if (readFrames > MAX_READ_FRAMES) {
          return refuse(`stacks of more than ${MAX_READ_FRAMES} frames, one by one`);
        }
        const stack = builder.stacks.intern(names.map(builder.frame));
        if (builder.stacks.length() > MAX_FRAMES) {
          return refuse(`stacks of more than ${MAX_FRAMES} frames in all`);
        }
        if (builder.nameCount() > MAX_NAMES) return refuse(`more than ${MAX_NAMES} names`);
        builder.addSample(stack, [count]);
      }
      return { ok: true, profile: builder.finish() };
    },
  };
}
