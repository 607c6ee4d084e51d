const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A sum as a column can hold it: beyond 64 bits it stops instead of turning its sign. */
export function stoppedAtInt64(sum: bigint): bigint {
  if (sum > INT64_MAX) return INT64_MAX;
  return sum < INT64_MIN ? INT64_MIN : sum;
}
