import type { LabelSet } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';
import { formatUnixNanos, type UnixNanos } from '@emberscope/units';
import type { PushRefusal } from '../push.ts';

/*
 * What a store asks before it takes a profile, in this order: known already, too old, empty, one
 * series too many.
 */

/** A profile of a time that the store no longer keeps. */
export function tooOld(timeNanos: UnixNanos, floorNanos: bigint): PushRefusal | undefined {
  if (timeNanos >= floorNanos) return undefined;
  const since = formatUnixNanos(floorNanos as UnixNanos);
  const reason = `a profile of ${formatUnixNanos(timeNanos)} is older than what is kept: from ${since} on`;
  return { kind: 'older-than-retention', reason };
}

/** The label sets of one tenant that have a profile. */
export type LiveSeriesCount = {
  readonly seriesCount: () => number;
  hasLabels(labels: LabelSet): boolean;
};

/** A new series of a tenant that has as many as it may. */
export function tooManySeries(
  live: LiveSeriesCount | undefined,
  labels: LabelSet,
  limitSeries: number,
): PushRefusal | undefined {
  const seriesCount = live?.seriesCount() ?? 0;
  if (seriesCount < limitSeries || live?.hasLabels(labels) === true) return undefined;
  const reason = `the tenant has ${seriesCount} series; the limit is ${limitSeries}`;
  return { kind: 'too-many-series', reason, limitSeries };
}

/** A profile without a sample that has a value. */
export function isEmpty({ samples }: Profile): boolean {
  for (const column of samples.values) {
    for (let i = 0; i < samples.length; i++) if ((column[i] ?? 0) > 0) return false;
  }
  return true;
}
