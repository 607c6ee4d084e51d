import type { Random } from '@emberscope/node-kit';

/* Choices from a seeded `Random`: the same seed, the same choices. */

export function isDrawn(random: Random, chance: number): boolean {
  return random.float() < chance;
}

/** An integer, both ends included. */
export function between(random: Random, least: number, most: number): number {
  return least + random.below(most - least + 1);
}

export function pick<T>(random: Random, list: readonly T[]): T {
  const [chosen] = list.slice(random.below(list.length)) as [T];
  return chosen;
}

/** One of them, as often as its weight among all weights. */
export function pickWeighted<T>(random: Random, list: readonly (readonly [number, T])[]): T {
  let left = random.float() * list.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, item] of list) {
    left -= weight;
    if (left < 0) return item;
  }
  throw new RangeError('nothing to pick from');
}

/** Each of them with the same chance, in their order. */
export function someOf<T>(random: Random, list: readonly T[], chance = 0.5): T[] {
  return list.filter(() => isDrawn(random, chance));
}

/** Mostly small, sometimes up to `most`: how far an interruption is away. */
export function mostlySmall(random: Random, most: number): number {
  return 1 + Math.floor(most ** random.float());
}
