import { type PointInTime, pointFromNanos } from '../../parts/point-in-time.ts';
import type { PointRange } from '../../parts/rows-in-range.ts';
import type { NanosRange } from '../../selection.ts';

export const HOUR_MILLIS = 3_600_000;
export const DAY_MILLIS = 86_400_000;
const LAST_NANOS_ON_TOP = 999_999;

/**
 * A range of points, both ends included, as whole milliseconds: which stretches of time lie inside
 * with every nanosecond of theirs.
 */
export type ReadRange = PointRange & {
  /** The first millisecond that is whole in the range, and the first one behind those. */
  readonly firstWholeMillis: number;
  readonly endWholeMillis: number;
};

export function readRange({ startNanos, endNanos }: NanosRange): ReadRange {
  return rangeOfPoints(pointFromNanos(startNanos), pointFromNanos(endNanos));
}

function rangeOfPoints(start: PointInTime, end: PointInTime): ReadRange {
  return {
    start,
    end,
    firstWholeMillis: start.nanosOnTop === 0 ? start.millis : start.millis + 1,
    endWholeMillis: end.nanosOnTop === LAST_NANOS_ON_TOP ? end.millis + 1 : end.millis,
  };
}

/** Whether all of `[fromMillis, fromMillis + lengthMillis)` lies inside. */
export function holdsStretch(range: ReadRange, fromMillis: number, lengthMillis: number): boolean {
  return fromMillis >= range.firstWholeMillis && fromMillis + lengthMillis <= range.endWholeMillis;
}

/** Whether points of which only the milliseconds are known, rounded outwards, lie inside. */
export function holdsTimes(range: ReadRange, oldestMillis: number, newestMillis: number): boolean {
  return oldestMillis >= range.firstWholeMillis && newestMillis <= range.end.millis;
}

export function meetsTimes(range: ReadRange, oldestMillis: number, newestMillis: number): boolean {
  return oldestMillis <= range.end.millis && newestMillis >= range.start.millis;
}

export function hourOf(millis: number): number {
  return Math.floor(millis / HOUR_MILLIS) * HOUR_MILLIS;
}
