import { floorDivide, NANOS_PER_MILLI } from '@emberscope/units';
import { BLOCKED_TIME } from './service-measures.ts';
import type { InstanceActivity, ServiceRow } from './service-rows.ts';

/** A service is late within an interval all the time; from here on it is silent. */
export const SILENT_AFTER_INTERVALS = 3n;

/**
 * The mean time between two profiles of one type of an instance; 0 with fewer than two. Blocks of the
 * event loop come when they come, so they count only where there is nothing else.
 */
export function intervalMillisOf(groups: readonly InstanceActivity[]): bigint {
  const regular = groups.filter(
    ({ profileType }) => !profileType.startsWith(`${BLOCKED_TIME.name}:`),
  );
  let nanos = 0n;
  let intervals = 0n;
  for (const { activity } of regular.length > 0 ? regular : groups) {
    nanos += activity.newestNanos - activity.oldestNanos;
    intervals += BigInt(activity.profileCount - 1);
  }
  return intervals === 0n ? 0n : floorDivide(nanos, intervals * NANOS_PER_MILLI);
}

/** Services of about the same interval share a moment, and with it a query. */
const GRAIN_MILLIS = 15_000n;

/**
 * Instances that have sent nothing since this moment have ended: they say nothing of "now". Undefined
 * where nobody can tell, since no instance has sent twice.
 */
export function aliveSinceMillis({ groups }: ServiceRow, endMillis: bigint): bigint | undefined {
  const intervalMillis = intervalMillisOf(groups);
  if (intervalMillis === 0n) return undefined;
  const silentMillis = SILENT_AFTER_INTERVALS * intervalMillis;
  return endMillis - -floorDivide(-silentMillis, GRAIN_MILLIS) * GRAIN_MILLIS;
}

/** The row without the instances that have ended; undefined when none is left. */
export function livingPart(
  row: ServiceRow,
  sinceMillis: bigint | undefined,
): ServiceRow | undefined {
  if (sinceMillis === undefined) return row;
  const sinceNanos = sinceMillis * NANOS_PER_MILLI;
  const living = new Set(
    row.groups
      .filter(({ activity }) => activity.newestNanos >= sinceNanos)
      .map(({ instance }) => instance),
  );
  const groups = row.groups.filter(({ instance }) => living.has(instance));
  return groups.length === 0 ? undefined : { ...row, groups };
}
