import type { LabelSet } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';
import { formatUnixNanos, type UnixNanos } from '@emberscope/units';
import type { SeriesRegistry } from '../parts/series-registry.ts';
import type { PushRefusal } from '../push.ts';
import { largestBytesOf, PROFILE_SHARE, roughlyLargestBytesOf } from './memory-limit.ts';

/** Sending a profile again that is too large helps once the owner has raised the limit. */
const TOO_LARGE_RETRY_SECONDS = 3600;

/** A profile of a time that the store no longer keeps. */
export function tooOld(timeNanos: UnixNanos, floorNanos: bigint): PushRefusal | undefined {
  if (timeNanos >= floorNanos) return undefined;
  const since = formatUnixNanos(floorNanos as UnixNanos);
  const reason = `a profile of ${formatUnixNanos(timeNanos)} is older than what is kept: from ${since} on`;
  return { kind: 'older-than-retention', reason };
}

/** A new series of a tenant that has as many as it may. */
export function tooManySeries(
  registry: SeriesRegistry | undefined,
  labels: LabelSet,
  limitSeries: number,
): PushRefusal | undefined {
  const seriesCount = registry?.seriesCount() ?? 0;
  if (seriesCount < limitSeries || registry?.hasLabels(labels) === true) return undefined;
  const reason = `the tenant has ${seriesCount} series; the limit is ${limitSeries}`;
  return { kind: 'too-many-series', reason, limitSeries };
}

/** A profile for which everything else would have to go. */
export function tooLarge(profile: Profile, limitBytes: number): PushRefusal | undefined {
  const profileMaxBytes = limitBytes * PROFILE_SHARE;
  if (roughlyLargestBytesOf(profile) <= profileMaxBytes) return undefined;
  const largestBytes = largestBytesOf(profile);
  if (largestBytes <= profileMaxBytes) return undefined;
  const reason = `a profile of up to ${largestBytes} bytes in memory; the limit is ${profileMaxBytes}, a share of the store's ${limitBytes}`;
  return {
    kind: 'store',
    error: { kind: 'unavailable', reason, retryAfterSeconds: TOO_LARGE_RETRY_SECONDS },
  };
}
