import { createProfileBuilder, type Profile, type StackIndex } from '@emberscope/profile';

/**
 * Stacks of names with a count, as the text formats have them. Stacks are keys of
 * names joined by `;`, root first; equal ones add up.
 */
export type CountedStacks = {
  add(joinedNames: string, count: bigint): void;
  finish(): Profile;
};

const COUNT = { type: 'samples', unit: 'count' };

export function createCountedStacks(): CountedStacks {
  const counts = new Map<string, bigint>();
  return {
    add(joinedNames, count) {
      counts.set(joinedNames, BigInt.asIntN(64, (counts.get(joinedNames) ?? 0n) + count));
    },
    finish() {
      const builder = createProfileBuilder({ sampleTypes: [COUNT] });
      for (const [joinedNames, count] of counts) {
        const locations = joinedNames.split(';').map((name) => builder.frame({ name }));
        const stack: StackIndex = builder.stacks.intern(locations);
        builder.addSample(stack, [count]);
      }
      return builder.finish();
    },
  };
}
