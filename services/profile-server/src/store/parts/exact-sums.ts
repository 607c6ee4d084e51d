/** Sums of int64, by number: exact, and as fast as doubles while they are below 2^53. */
export type ExactSums = {
  add(number: number, value: number | bigint): void;
  /** A bigint where a double might not be exact. */
  at(number: number): number | bigint;
};

/** `expected` sums have room from the start. */
export function createExactSums(expected = 64): ExactSums {
  let narrow = new Float64Array(expected);
  /** What a double could not have taken any more; few sums have such a part. */
  const wide = new Map<number, bigint>();

  function grow(number: number): void {
    const larger = new Float64Array(Math.max(number + 1, 2 * narrow.length));
    larger.set(narrow);
    narrow = larger;
  }

  return {
    add(number, value) {
      if (number >= narrow.length) grow(number);
      const sum = (narrow[number] ?? 0) + Number(value);
      if (isExact(Number(value)) && isExact(sum)) narrow[number] = sum;
      else wide.set(number, (wide.get(number) ?? 0n) + BigInt(value));
    },
    at(number) {
      const sum = narrow[number] ?? 0;
      const rest = wide.get(number);
      return rest === undefined ? sum : BigInt(sum) + rest;
    },
  };
}

function isExact(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}
