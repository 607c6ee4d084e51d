import fc from 'fast-check';
import { damagedCopy } from './damaged-copy.ts';

/**
 * How many inputs a property test draws: few in `npm test`, many in `npm run test:all`.
 * fast-check prints the seed and the path of a failure; pass them as `seed` and `path` to replay.
 */
export function fuzzRuns(fast: number, all: number): { readonly numRuns: number } {
  return { numRuns: process.env.EMBERSCOPE_TESTS === 'all' ? all : fast };
}

/** How many damaged inputs every parser of bytes from outside gets. */
export const PARSER_RUNS = fuzzRuns(2_000, 100_000);

/**
 * What `damagedCopy` makes an input of. It has no order, so there is nothing to shrink it to, and no
 * value is likelier to fail than others.
 */
export const damageSeed: fc.Arbitrary<number> = fc.noShrink(fc.noBias(fc.integer()));

/** One of several valid inputs, damaged: for properties that draw other things, too. */
export function corruptBytes(...inputs: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return damageSeed.map((seed) => damagedCopy(inputs, seed));
}
