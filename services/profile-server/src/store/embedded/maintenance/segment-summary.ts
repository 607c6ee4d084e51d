import { MILLIS_PER_DAY } from '@emberscope/units';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { LevelRow } from '../segment/level-writer.ts';
import type { StoredPushId } from '../segment/push-ids-page.ts';
import type { WrittenSegment } from '../segment/segment-writer.ts';

/** What the manifest says of a segment, gathered while its rows are written. */
export type SegmentSummary = {
  add(row: LevelRow): void;
  entry(
    of: Pick<SegmentEntry, 'file' | 'kind' | 'sequence'> & {
      readonly pushIds: readonly StoredPushId[];
    },
    written: WrittenSegment,
  ): SegmentEntry;
};

export function createSegmentSummary(day: number): SegmentSummary {
  let profileCount = 0;
  let oldestMillis = Number.POSITIVE_INFINITY;
  let newestMillis = Number.NEGATIVE_INFINITY;
  let firstArrival = Number.POSITIVE_INFINITY;
  let lastArrival = 0;
  return {
    add({ profileCount: count, timeMillis, timeNanosOnTop, arrival }) {
      profileCount += count;
      oldestMillis = Math.min(oldestMillis, timeMillis);
      newestMillis = Math.max(newestMillis, timeNanosOnTop === 0 ? timeMillis : timeMillis + 1);
      firstArrival = Math.min(firstArrival, arrival);
      lastArrival = Math.max(lastArrival, arrival);
    },
    entry({ file, kind, sequence, pushIds }, { sizeBytes, directoryCrc }) {
      const isEmpty = profileCount === 0;
      const dayStart = day * MILLIS_PER_DAY;
      return {
        ...{ file, kind, day, sizeBytes, directoryCrc, profileCount, sequence },
        oldestMillis: isEmpty ? dayStart : oldestMillis,
        newestMillis: isEmpty ? dayStart : newestMillis,
        firstArrival: isEmpty ? 0 : firstArrival,
        lastArrival,
        newestPushIdMillis: pushIds.reduce(
          (newest, { arrivalMillis }) => Math.max(newest, arrivalMillis),
          0,
        ),
      };
    },
  };
}
