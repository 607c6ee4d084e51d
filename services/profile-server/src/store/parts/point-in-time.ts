import { floorDivide, NANOS_PER_MILLI, type UnixNanos, unixNanos } from '@emberscope/units';

/**
 * A point in time as two doubles, which columns hold and compare without a bigint for each cell:
 * whole milliseconds since the epoch (rounded down) and nanoseconds on top, 0 to 999,999. Exact
 * for every int64 of nanoseconds.
 */
export type PointInTime = { readonly millis: number; readonly nanosOnTop: number };

export function pointFromNanos(nanos: bigint): PointInTime {
  const millis = floorDivide(nanos, NANOS_PER_MILLI);
  return { millis: Number(millis), nanosOnTop: Number(nanos - millis * NANOS_PER_MILLI) };
}

export function nanosFromPoint({ millis, nanosOnTop }: PointInTime): UnixNanos {
  return unixNanos(BigInt(millis) * NANOS_PER_MILLI + BigInt(nanosOnTop));
}

/** Negative when the first point is earlier. */
export function comparePoints(a: PointInTime, b: PointInTime): number {
  return a.millis - b.millis || a.nanosOnTop - b.nanosOnTop;
}
