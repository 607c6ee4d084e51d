import type { Clock, Fs } from '@emberscope/node-kit/worker';
import type { PushIds } from '../../pushes/push-ids.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { LiveSeries } from './live-series.ts';
import type { SegmentIndex } from './segment-index.ts';
import {
  PUSH_IDS_KEPT_MILLIS,
  RESTORE_AGAIN_MILLIS,
  RESTORE_MAX_WAIT_MILLIS,
  RESTORE_TRIES,
} from './writer-limits.ts';

export type RestoreOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  readonly dataDir: string;
  readonly segments: readonly SegmentEntry[];
  readonly index: SegmentIndex;
  readonly series: LiveSeries;
  readonly pushIds: PushIds;
};

export type Restoring = {
  /** Resolves when series and push ids of all segments are known. */
  readonly done: Promise<void>;
  /**
   * Takes out of the series what has gone: now, and once more when all are known, since segments that
   * are read meanwhile may bring it back.
   */
  takeOut(run: () => void): void;
  /** Profiles of segments that have not been read yet, as the manifest counts them. */
  readonly unreadProfiles: () => number;
};

/** Reads series and push ids of segments in the background of a start, oldest push ids first. */
export function restoreSegments(options: RestoreOptions): Restoring {
  const { fs, clock, dataDir, segments, index, series, pushIds } = options;
  let unreadProfiles = segments.reduce((sum, { profileCount }) => sum + profileCount, 0);

  const gone: (() => void)[] = [];
  let isDone = false;

  async function restore(): Promise<void> {
    const sinceMillis = clock.nowMillis() - PUSH_IDS_KEPT_MILLIS;
    const inOrder = [...segments].sort((a, b) => a.newestPushIdMillis - b.newestPushIdMillis);
    let waitedMillis = 0;
    for (const entry of inOrder) {
      for (let left = RESTORE_TRIES; left > 0; left--) {
        // Between two files others have their turn.
        await fs.stat(`${dataDir}/${entry.file}`).catch(() => {});
        if (!index.restore(entry, series, pushIds, sinceMillis)) break;
        // Without its push ids, what is sent again is stored again.
        if (left === 1 || waitedMillis >= RESTORE_MAX_WAIT_MILLIS) break;
        waitedMillis += RESTORE_AGAIN_MILLIS;
        await clock.sleep(RESTORE_AGAIN_MILLIS);
      }
      unreadProfiles -= entry.profileCount;
    }
    // Nothing was pushed so far: that waits for this to end.
    for (const run of gone.splice(0)) run();
    isDone = true;
  }

  return {
    done: restore(),
    takeOut(run) {
      run();
      if (!isDone) gone.push(run);
    },
    unreadProfiles: () => unreadProfiles,
  };
}
