/** Draws a whole number from 0 up to, not including, `below`; below 1 it draws 0. */
export type Dice = (below: number) => number;

/**
 * Numbers that only depend on a seed, some nanoseconds each (the algorithm is mulberry32). fast-check
 * draws the seed alone: drawing every part of a damage from it takes a hundred times as long.
 */
export function diceOf(seed: number): Dice {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Any one of a list that is not empty. */
export function oneOf<T>(list: readonly T[], dice: Dice): T {
  const picked = list[dice(list.length)];
  if (picked === undefined) throw new RangeError('nothing to draw from');
  return picked;
}
