/**
 * A point in time: nanoseconds since the Unix epoch. A bigint, because today's value (1.8e18) is
 * far past Number.MAX_SAFE_INTEGER (9.0e15). Stored profiles have this.
 */
export type UnixNanos = bigint & { readonly __unit: 'UnixNanos' };

/** A point in time: milliseconds since the Unix epoch, maybe with a fraction. Queries have this. */
export type UnixMillis = number & { readonly __unit: 'UnixMillis' };

/** A length of time in nanoseconds. Two points subtracted give one of these, not a point. */
export type Nanos = bigint;

export const NANOS_PER_MILLI = 1_000_000n;
export const NANOS_PER_SECOND = 1_000_000_000n;
export const MILLIS_PER_SECOND = 1000;
export const MILLIS_PER_MINUTE = 60_000;
export const MILLIS_PER_HOUR = 3_600_000;
export const MILLIS_PER_DAY = 86_400_000;

/** Any int64 is a point in time on the wire: 1677 to 2262, and clients do send such. */
export function unixNanos(nanos: bigint): UnixNanos {
  if (BigInt.asIntN(64, nanos) !== nanos) {
    throw new RangeError(`${nanos} ns since the epoch is not a 64-bit integer`);
  }
  return nanos as UnixNanos;
}

export function unixMillis(millis: number): UnixMillis {
  if (!Number.isFinite(millis)) throw new RangeError(`${millis} is not a time`);
  return millis as UnixMillis;
}

/** The first nanosecond of a millisecond; a fraction of a millisecond is cut off. */
export function nanosFromMillis(millis: UnixMillis): UnixNanos {
  return unixNanos(BigInt(Math.trunc(millis)) * NANOS_PER_MILLI);
}

/** The millisecond that holds a nanosecond: this loses what is below a millisecond. */
export function millisFromNanos(nanos: UnixNanos): UnixMillis {
  return unixMillis(Number(floorDivide(nanos, NANOS_PER_MILLI)));
}

/** A bigint division that rounds down, also below zero (the operator rounds towards zero). */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const isInexact = quotient * divisor !== dividend;
  return isInexact && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** The start of the UTC day (or hour, …) that holds a point: the last multiple of `lengthNanos`. */
export function startOfPeriod(nanos: UnixNanos, lengthNanos: Nanos): UnixNanos {
  return unixNanos(floorDivide(nanos, lengthNanos) * lengthNanos);
}

/** How many steps cover the half-open range [start, end); 0 when it is empty. */
export function stepCount(start: UnixMillis, end: UnixMillis, stepMillis: number): number {
  if (!(stepMillis > 0)) throw new RangeError(`a step of ${stepMillis} ms covers nothing`);
  return Math.max(0, Math.ceil((end - start) / stepMillis));
}

/**
 * RFC 3339 in UTC with as many digits of the second as it takes: `2026-11-24T11:41:36Z`,
 * `…36.000000001Z`. For messages and logs; the years 0 to 9999.
 */
export function formatUnixNanos(nanos: UnixNanos): string {
  const seconds = floorDivide(nanos, NANOS_PER_SECOND);
  const fraction = (nanos - seconds * NANOS_PER_SECOND).toString().padStart(9, '0');
  const whole = new Date(Number(seconds) * MILLIS_PER_SECOND).toISOString().slice(0, 19);
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? `${whole}Z` : `${whole}.${digits}Z`;
}
