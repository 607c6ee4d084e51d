import { type Random, randomFrom } from './random.ts';

/**
 * The same seed gives the same sequence, in every version and on every machine: a seed in a failed
 * test's message must still mean something next year. Not for secrets.
 *
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021),
 * its state filled by SplitMix64 (Steele, Lea and Flood, 2014), as its authors advise.
 *
 * @param seed an integer in [0, 2^53)
 */
export function createSeededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`a seed is an integer in [0, 2^53), not ${seed}`);
  }
  const next64 = splitMix64(BigInt(seed));
  const low = next64();
  const high = next64();
  return randomFrom(
    xoshiro128(
      Number(low & 0xffff_ffffn),
      Number(low >> 32n),
      Number(high & 0xffff_ffffn),
      Number(high >> 32n),
    ),
  );
}

/** @returns the next 32 bits at each call. The four words of the state are not all zero. */
export function xoshiro128(s0: number, s1: number, s2: number, s3: number): () => number {
  return () => {
    const word = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return word;
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** @returns the next 64 bits at each call. */
export function splitMix64(state: bigint): () => bigint {
  const u64 = (value: bigint) => BigInt.asUintN(64, value);
  return () => {
    state = u64(state + 0x9e37_79b9_7f4a_7c15n);
    let word = state;
    word = u64((word ^ (word >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    word = u64((word ^ (word >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return word ^ (word >> 31n);
  };
}
