import {
  floorDivide,
  millisFromNanos,
  NANOS_PER_MILLI,
  type UnixMillis,
  unixMillis,
  unixNanos,
} from '@emberscope/units';
import type { Buckets, NanosRange } from '../selection.ts';
import { nanosFromPoint, pointFromNanos } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import type { SelectedProfile } from './selected-parts.ts';

/** Buckets of a range by number from 0 on. */
export type BucketNumbers = {
  /** The bucket that a point in time lies in; {@link BEHIND_LAST_EDGE} when it lies in none. */
  of(millis: number, nanosOnTop: number): number;
  edgeMillis(number: number): UnixMillis;
  /** Numbers are below it. */
  readonly count: number;
};

export const BEHIND_LAST_EDGE = -1;

export type BucketedRange = Buckets & { readonly range: NanosRange };

export function bucketNumbers({ range, firstEdgeNanos, stepMillis }: BucketedRange): BucketNumbers {
  const stepNanos = BigInt(Math.round(stepMillis * 1e6));
  const lastNumber = Number((range.endNanos - firstEdgeNanos) / stepNanos);
  const within = (number: number): number =>
    number > lastNumber ? BEHIND_LAST_EDGE : Math.max(0, number);
  const count = Math.max(1, 1 + lastNumber);
  if (stepNanos % NANOS_PER_MILLI !== 0n) {
    return {
      of(millis, nanosOnTop) {
        const sinceEdge = nanosFromPoint({ millis, nanosOnTop }) - firstEdgeNanos;
        return within(Number(-floorDivide(-sinceEdge, stepNanos)));
      },
      edgeMillis: (number) =>
        millisFromNanos(unixNanos(firstEdgeNanos + BigInt(number) * stepNanos)),
      count,
    };
  }
  // Doubles are exact here: whole milliseconds are far below 2^53, and rounding a point up to one
  // of them, counted from the edge, moves it over no other edge.
  const edge = pointFromNanos(firstEdgeNanos);
  const step = Number(stepNanos / NANOS_PER_MILLI);
  return {
    of(millis, nanosOnTop) {
      const sinceEdge = millis - edge.millis + (nanosOnTop > edge.nanosOnTop ? 1 : 0);
      return within(Math.ceil(sinceEdge / step));
    },
    edgeMillis: (number) => unixMillis(edge.millis + number * step),
    count,
  };
}

/** Profiles of one bucket, in the order of their times. */
export type Bucket = {
  readonly edgeMillis: UnixMillis;
  readonly profiles: readonly SelectedProfile[];
};

/** Buckets of profiles, those without a profile left out. */
export function bucketsOf(
  profiles: readonly SelectedProfile[],
  range: BucketedRange,
  guard: QueryGuard,
): Bucket[] {
  const numbers = bucketNumbers(range);
  const inBucket = new Map<number, SelectedProfile[]>();
  for (const profile of profiles) {
    guard.spend(10);
    const number = numbers.of(profile.time.millis, profile.time.nanosOnTop);
    if (number === BEHIND_LAST_EDGE) continue;
    const bucket = inBucket.get(number);
    if (bucket === undefined) inBucket.set(number, [profile]);
    else bucket.push(profile);
  }
  return [...inBucket]
    .sort(([a], [b]) => a - b)
    .map(([number, ofBucket]) => ({
      edgeMillis: numbers.edgeMillis(number),
      profiles: ofBucket,
    }));
}
