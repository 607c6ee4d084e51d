import { floorDivide, MILLIS_PER_DAY } from '@emberscope/units';
import { refuseArgument } from '../query-refusal.ts';
import type { MillisRange } from './page-request.ts';

/**
 * Evenly spaced buckets `(edge - step, edge]` whose edges are multiples of the step, so that they
 * stay where they are while a range moves on.
 */
export type TimelineBuckets = {
  readonly stepMillis: bigint;
  readonly firstEdgeMillis: bigint;
  readonly count: number;
};

/** More buckets than pixels of any screen are of no use, and each costs in every series. */
export const BUCKETS_MAX = 11_000;

/** The buckets of a length that the request chose. */
export function bucketsOfStep(range: MillisRange, stepMillis: bigint): TimelineBuckets {
  if (stepMillis < 0n) refuseArgument(`step_millis is ${stepMillis}; it must not be negative`);
  const { firstEdgeMillis, count } = edgesOf(range, stepMillis);
  if (count > BigInt(BUCKETS_MAX)) {
    refuseArgument(`step_millis ${stepMillis} makes ${count} buckets; the most is ${BUCKETS_MAX}`);
  }
  return { stepMillis, firstEdgeMillis, count: Number(count) };
}

/**
 * Buckets of a round length: the smallest that makes no more than about `targetPoints` of them and is
 * not below `shortestMillis`.
 */
export function bucketsOfTarget(
  range: MillisRange,
  targetPoints: number,
  shortestMillis = 0n,
): TimelineBuckets {
  const length = range.endMillis - range.startMillis + 1n;
  for (const stepMillis of roundSteps()) {
    if (stepMillis * BigInt(targetPoints) < length || stepMillis < shortestMillis) continue;
    const { firstEdgeMillis, count } = edgesOf(range, stepMillis);
    if (count <= BigInt(BUCKETS_MAX)) return { stepMillis, firstEdgeMillis, count: Number(count) };
  }
  throw new Error('round steps never end');
}

/** The range that the buckets cover: the one asked for, rounded outwards. */
export function rangeOfBuckets(buckets: TimelineBuckets): MillisRange {
  const { stepMillis, firstEdgeMillis } = buckets;
  return {
    startMillis: firstEdgeMillis - stepMillis + 1n,
    endMillis: lastEdgeMillis(buckets),
  };
}

export function lastEdgeMillis({ stepMillis, firstEdgeMillis, count }: TimelineBuckets): bigint {
  return firstEdgeMillis + BigInt(count - 1) * stepMillis;
}

function edgesOf({ startMillis, endMillis }: MillisRange, stepMillis: bigint) {
  const firstEdgeMillis = edgeAtOrBehind(startMillis, stepMillis);
  const lastEdge = edgeAtOrBehind(endMillis, stepMillis);
  return { firstEdgeMillis, count: (lastEdge - firstEdgeMillis) / stepMillis + 1n };
}

function edgeAtOrBehind(millis: bigint, stepMillis: bigint): bigint {
  return -floorDivide(-millis, stepMillis) * stepMillis;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Steps that a person reads with ease, ascending, then days that double for ever. */
function* roundSteps(): Generator<bigint> {
  for (const millis of [1, 2, 5, 10, 20, 50, 100, 200, 500]) yield BigInt(millis);
  for (const count of [1, 2, 5, 10, 15, 30]) yield BigInt(count * SECOND);
  for (const count of [1, 2, 5, 10, 15, 30]) yield BigInt(count * MINUTE);
  for (const count of [1, 2, 3, 6, 12]) yield BigInt(count * HOUR);
  for (let days = 1n; ; days *= 2n) yield days * BigInt(MILLIS_PER_DAY);
}
