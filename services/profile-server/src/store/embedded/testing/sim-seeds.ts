import { type Deflate, deflateHere } from '../segment/deflate-page.ts';
import { deflateStored } from './deflate-stored.ts';
import { embeddedSubject } from './embedded-subject.ts';
import { simulate } from './sim-run.ts';
import type { SimSubject } from './sim-subject.ts';

/** Enough to see what they have in common. */
const MAX_FAILURES = 5;

/** A run of seeds, or the one of `EMBERSCOPE_SIM_SEED`. */
export function seedsToRun(first: number, count: number): readonly number[] {
  const only = process.env.EMBERSCOPE_SIM_SEED;
  return only === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(only)];
}

/** What went wrong with the store on disk, for the first seeds that something does with. */
export async function failuresOf(seeds: readonly number[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const seed of seeds) {
    try {
      await simulate(seed, subjectOf(seed));
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
      if (failures.length === MAX_FAILURES) break;
    }
  }
  return failures;
}

/** The store on disk, as a seed has it. */
export function subjectOf(seed: number): SimSubject {
  return embeddedSubject(limitsOf(seed), deflateOf(seed));
}

/** Every third lives with limits so small that it meets them. */
function limitsOf(seed: number): Parameters<typeof embeddedSubject>[0] {
  if (seed % 3 !== 0) return {};
  return { generationMaxBytes: 4000, epochsPerGeneration: 3, dictionariesMaxBytes: 1 };
}

/** Every fifth makes its pages smaller: what zlib is asked is the same each time, and it takes a while. */
function deflateOf(seed: number): Deflate {
  return seed % 5 === 0 ? deflateHere : deflateStored;
}
