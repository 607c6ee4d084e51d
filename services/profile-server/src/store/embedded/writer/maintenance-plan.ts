import { NANOS_PER_MILLI } from '@emberscope/units';
import type { MergeJob } from '../maintenance/maintenance-jobs.ts';
import type { DeletionEntry, Manifest, SegmentEntry } from '../manifest/manifest.ts';
import {
  DAY_MILLIS,
  LOW_DISK_BYTES,
  LOW_DISK_MAX_SHARE,
  LOW_DISK_SHARE,
  MAX_SEGMENTS_OF_DAY,
  MERGE_AFTER_DAY_MILLIS,
} from './writer-limits.ts';

export type DueMerge = {
  readonly day: number;
  readonly inputs: readonly SegmentEntry[];
  readonly kind: MergeJob['kind'];
};

/** The next day that is worth a merge, the oldest first. `isLeftOut` says which files are damaged. */
export function dueMerge(
  segments: readonly SegmentEntry[],
  nowMillis: number,
  isLeftOut: (file: string) => boolean,
): DueMerge | undefined {
  for (const day of daysOf(segments)) {
    const inputs = segments.filter((segment) => segment.day === day && !isLeftOut(segment.file));
    const isOver = (day + 1) * DAY_MILLIS + MERGE_AFTER_DAY_MILLIS < nowMillis;
    if (isOver && (inputs.length > 1 || inputs.some(({ kind }) => kind !== 'day'))) {
      return { day, inputs, kind: 'day' };
    }
    if (!isOver && inputs.length > MAX_SEGMENTS_OF_DAY) return { day, inputs, kind: 'merged' };
  }
  return undefined;
}

/**
 * The next roll-up of which something was deleted when its day had gone: nothing else will carry
 * that out on it. While there are segments of the day, a merge or retention comes first.
 */
export function dueRollup(
  { segments, rollups, deletions }: Pick<Manifest, 'segments' | 'rollups' | 'deletions'>,
  isLeftOut: (file: string) => boolean,
): DueMerge | undefined {
  const days = new Set(daysOf(segments));
  const due = rollups.find(
    (rollup) =>
      !days.has(rollup.day) &&
      !isLeftOut(rollup.file) &&
      deletions.some((deletion) => mayHide(deletion, rollup)),
  );
  return due === undefined ? undefined : { day: due.day, inputs: [due], kind: 'rollup' };
}

/** Whether a deletion that was not carried out on a segment may be about something in it. */
function mayHide(deletion: DeletionEntry, entry: SegmentEntry): boolean {
  return (
    entry.sequence < deletion.sequence &&
    entry.firstArrival < deletion.beforeArrival &&
    BigInt(entry.newestMillis) * NANOS_PER_MILLI >= BigInt(deletion.startNanos) &&
    BigInt(entry.oldestMillis) * NANOS_PER_MILLI <= BigInt(deletion.endNanos)
  );
}

/** Days, the oldest first, each once. */
export function daysOf(segments: readonly SegmentEntry[]): readonly number[] {
  return [...new Set(segments.map(({ day }) => day))].sort((a, b) => a - b);
}

/** Segments of days that ended longer ago than they are kept; 0 is for ever. */
export function expired(
  segments: readonly SegmentEntry[],
  retentionMillis: number,
  nowMillis: number,
): readonly SegmentEntry[] {
  if (retentionMillis <= 0) return [];
  return segments.filter(({ day }) => (day + 1) * DAY_MILLIS + retentionMillis <= nowMillis);
}

export function bytesOf(segments: readonly SegmentEntry[]): number {
  return segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Below this many free bytes the disk is as good as full. */
export function lowDiskBytes(totalBytes: number): number {
  const few = Math.min(LOW_DISK_BYTES, totalBytes * LOW_DISK_MAX_SHARE);
  return Math.max(few, totalBytes * LOW_DISK_SHARE);
}

/** The deletions that may hide something still, in segments or in the log. */
export function livingDeletions(
  { segments, rollups, deletions }: Pick<Manifest, 'segments' | 'rollups' | 'deletions'>,
  firstArrivalsOfLog: readonly number[],
): readonly DeletionEntry[] {
  return deletions.filter(
    (deletion) =>
      segments.some((segment) => mayHide(deletion, segment)) ||
      rollups.some((rollup) => mayHide(deletion, rollup)) ||
      firstArrivalsOfLog.some((arrival) => arrival < deletion.beforeArrival),
  );
}
