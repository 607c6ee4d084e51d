/**
 * Randomness, as something that is passed in: `systemRandom` is unpredictable, `createSeededRandom`
 * repeats itself for ever.
 */
export type Random = {
  /** 32 random bits, as an unsigned integer. */
  uint32(): number;
  /** In [0, 1), with all the 53 bits a double can hold. */
  float(): number;
  /** An integer in [0, `limit`), each as likely as the next. `limit` is 1 to 2^32. */
  below(limit: number): number;
  bytes(length: number): Uint8Array<ArrayBuffer>;
};

/** Everything a {@link Random} can do, out of a source of 32-bit words. */
export function randomFrom(uint32: () => number): Random {
  return {
    uint32,
    float: () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53,
    below(limit) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 2 ** 32) {
        throw new RangeError(`there is no random integer in [0, ${limit})`);
      }
      // A plain remainder would favour small answers. Words from the last, incomplete round of
      // `limit` are drawn again: fewer than half of all words, so this ends.
      const fair = 2 ** 32 - (2 ** 32 % limit);
      let word = uint32();
      while (word >= fair) word = uint32();
      return word % limit;
    },
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        const word = uint32();
        for (let i = 0; i < 4 && at + i < length; i++) bytes[at + i] = word >>> (8 * i);
      }
      return bytes;
    },
  };
}
