import { int64At } from '@emberscope/profile';
import type { DecodedSamples } from '../store/embedded/maintenance/decode-samples.ts';

/**
 * Values added up by stack, one sum for each sample type. Plain and slow, and nothing that the engine
 * adds up with: what checks its sums must not share their mistakes. 64 bits, as in two's complement.
 */
export type SumsByStack = {
  add(samples: DecodedSamples): void;
  /** Where a sum says something else, in words. */
  differenceTo(sum: DecodedSamples): string | undefined;
  clear(): void;
};

export function createSumsByStack(typeCount: number): SumsByStack {
  const sums = new Map<number, bigint[]>();

  function addInto(into: Map<number, bigint[]>, { length, stack, values }: DecodedSamples): void {
    for (let i = 0; i < length; i++) {
      const key = stack[i] ?? -1;
      const known = into.get(key) ?? new Array<bigint>(typeCount).fill(0n);
      for (const [type, column] of values.entries()) {
        known[type] = BigInt.asIntN(64, (known[type] ?? 0n) + int64At(column, i));
      }
      into.set(key, known);
    }
  }

  return {
    add: (samples) => addInto(sums, samples),
    differenceTo(sum) {
      const said = new Map<number, bigint[]>();
      addInto(said, sum);
      for (const stack of new Set([...sums.keys(), ...said.keys()])) {
        for (let type = 0; type < typeCount; type++) {
          const expected = sums.get(stack)?.[type] ?? 0n;
          const actual = said.get(stack)?.[type] ?? 0n;
          if (expected === actual) continue;
          return `stack ${stack} has ${actual} of type ${type}, and its profiles add up to ${expected}`;
        }
      }
      return undefined;
    },
    clear: () => sums.clear(),
  };
}

/** The sums of each sample type over all samples. */
export function totalsOf({ length, values }: DecodedSamples): bigint[] {
  return values.map((column) => {
    let total = 0n;
    for (let i = 0; i < length; i++) total += int64At(column, i);
    return BigInt.asIntN(64, total);
  });
}
