import type { BytesProgress } from './batch-bytes.ts';
import type { PushedProfile } from './pushed-profile.ts';
import type { SeriesProgress } from './series-count.ts';

/** How far a push has been read: pieces of it are jobs of their own, on whatever thread is free. */
export type PushProgress = BytesProgress & SeriesProgress & { doneProfiles: number };

export function newPush(): PushProgress {
  return { doneProfiles: 0, takenBytes: 0, wastedBytes: 0, takenSeries: 0, wastedSeries: 0 };
}

/**
 * Work of one piece, in bytes of profiles: a byte takes 0.04 us. 256 MiB are ten seconds, and whoever
 * sends a profile meanwhile waits for one piece, 0.2 s, and not for all of them.
 */
export const PIECE_WORK_BYTES = 4 * 1024 * 1024;

/** What a profile, a series and a label of a series cost, however little is in them. */
const PROFILE_BYTES = 2_000;
const SERIES_BYTES = 600;
const LABEL_BYTES = 150;

export function workBytesOf({ sizeBytes, outcome }: PushedProfile): number {
  let bytes = PROFILE_BYTES + sizeBytes;
  if (outcome.kind === 'refused') return bytes;
  for (const { labels } of outcome.series) {
    bytes += SERIES_BYTES + LABEL_BYTES * labels.labels.length;
  }
  return bytes;
}
