import {
  floorDivide,
  millisFromNanos,
  type UnixMillis,
  type UnixNanos,
  unixNanos,
} from '@emberscope/units';
import type { NanosRange } from '../selection.ts';
import { nanosFromPoint } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import type { SelectedProfile } from './selected-parts.ts';

/** Profiles of one bucket `(edge - step, edge]`, in the order of their times. */
export type Bucket = {
  readonly edgeMillis: UnixMillis;
  readonly profiles: readonly SelectedProfile[];
};

export function nanosOfStep(stepMillis: number): bigint {
  return BigInt(Math.round(stepMillis * 1e6));
}

/** The range that the buckets of a range take profiles from: a step more at its start. */
export function rangeOfBuckets(range: NanosRange, stepMillis: number): NanosRange {
  // Not `unixNanos`: a step before the earliest of all times is no time, but a bound all the same.
  const startNanos = (range.startNanos - nanosOfStep(stepMillis)) as UnixNanos;
  return { startNanos, endNanos: range.endNanos };
}

/**
 * Buckets whose edges are `start`, `start + step` and so on up to `end`, those without a profile
 * left out. The first one also takes what lies at `start - step` exactly.
 */
export function bucketsOf(
  profiles: readonly SelectedProfile[],
  range: NanosRange,
  stepMillis: number,
  guard: QueryGuard,
): Bucket[] {
  const { startNanos, endNanos } = range;
  const step = nanosOfStep(stepMillis);
  const inBucket = new Map<bigint, SelectedProfile[]>();
  for (const profile of profiles) {
    guard.spend(10);
    const sinceStart = nanosFromPoint(profile.time) - startNanos;
    const isAtStart = sinceStart === -step;
    const number = isAtStart ? 0n : -floorDivide(-sinceStart, step);
    const edge = startNanos + number * step;
    if (number < 0n || edge > endNanos) continue;
    const bucket = inBucket.get(edge);
    if (bucket === undefined) inBucket.set(edge, [profile]);
    else bucket.push(profile);
  }
  return [...inBucket]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([edge, ofBucket]) => ({
      edgeMillis: millisFromNanos(unixNanos(edge)),
      profiles: ofBucket,
    }));
}
