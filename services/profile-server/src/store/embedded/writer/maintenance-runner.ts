import type { Clock, Fs } from '@emberscope/node-kit/worker';
import type { HeadLog } from '../log/head-log.ts';
import { createAttempts } from './attempts.ts';
import { createBackgroundMerge } from './background-merge.ts';
import type { DroppedFiles } from './dropped-files.ts';
import type { HeadFacts } from './head-facts.ts';
import type { HeldTime } from './held-time.ts';
import { createLogFlush } from './log-flush.ts';
import type { Maintenance } from './maintenance-jobs.ts';
import type { ManifestStore } from './manifest-store.ts';
import { createRetention } from './retention.ts';
import { createRetryPause } from './retry-pause.ts';
import { createSegmentReplacement } from './segment-replacement.ts';
import type { StoreEvent } from './store-event.ts';
import { createWrittenFiles } from './written-files.ts';

export type MaintenanceOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  /** What retention goes by. */
  readonly time: HeldTime;
  readonly dataDir: string;
  readonly retentionMillis: number;
  readonly rollupRetentionMillis: number;
  readonly maxBytes: number;
  readonly dropsOldestWhenFull: boolean;
  readonly maintenance: Maintenance;
  readonly log: HeadLog;
  readonly manifest: ManifestStore;
  readonly dropped: DroppedFiles;
  readonly factsOf: (generation: number) => HeadFacts;
  /** Whether the log, or what is on its way to it, holds profiles of a day. */
  readonly headHoldsDay: (day: number) => boolean;
  /** Profiles of the day get dictionaries that rest on nothing on the disk. */
  readonly retireDay: (day: number) => void;
  /** Everything so far waits for a flush when this has answered. */
  readonly cut: () => Promise<void>;
  /** Runs something while no other call of the runner does. */
  readonly exclusively: (work: () => Promise<void>) => Promise<void>;
  readonly nextArrival: () => number;
  /** The disk is full. */
  readonly onFull: () => Promise<void>;
  readonly onDaysDropped: (newestDay: number) => void;
  readonly onEvent: (event: StoreEvent) => void;
};

export type MaintenanceTimes = {
  readonly lastFlushSeconds: number;
  readonly lastMergeSeconds: number;
  /** Of segments that retention, the cap or a full disk took. */
  readonly deletedBytes: number;
  /** What flushes could not read. */
  readonly damagedRecords: number;
};

/**
 * Flush, retention and merges. One call at a time: the caller sees to that. Merges run beside them.
 */
export type MaintenanceRunner = {
  /** Turns what waits into segments; rejects at the first that fails, and all else still waits. */
  flushWaiting(): Promise<void>;
  /**
   * All that is due, of which a merge is only begun; what fails is tried again later. Never rejects
   * but for mistakes of ours.
   */
  runDue(): Promise<void>;
  /** Resolves when the merge that runs now has been committed or has failed. */
  merged(): Promise<void>;
  /** Ends the merge that runs, and none is begun after this; resolves when none writes any more. */
  endMerges(): Promise<void>;
  readonly times: () => MaintenanceTimes;
};

export function createMaintenanceRunner(options: MaintenanceOptions): MaintenanceRunner {
  const { fs, clock, dataDir, log, manifest, dropped } = options;
  const flushPause = createRetryPause(clock);
  const retentionPause = createRetryPause(clock);
  const attempt = createAttempts(options);
  const written = createWrittenFiles(fs, dataDir, manifest);
  const { replace, discard, withLivingDeletions } = createSegmentReplacement(options);
  const flush = createLogFlush({ ...options, written, withLivingDeletions });
  const merge = createBackgroundMerge({
    ...{ clock, dataDir, maintenance: options.maintenance, manifest, written, closeDay, attempt },
    pause: createRetryPause(clock),
    exclusively: options.exclusively,
    onEvent: options.onEvent,
    ...{ replace, discard },
  });
  const retention = createRetention({
    ...options,
    closeDay,
    drop: replace,
    // A merge gives back what it takes, and more. Files go two minutes after they were dropped:
    // those that are about to may be enough.
    isRoomComing: () => merge.isRunning() || !dropped.isEmpty(),
  });

  /** After this no record of the log rests on what segments hold of a day. */
  async function closeDay(day: number): Promise<void> {
    options.retireDay(day);
    if (!options.headHoldsDay(day)) return;
    await options.cut();
    // No further: what came since has dictionaries of its own, which are not to go with the day.
    await flush.allSoFar();
  }

  function isNamed(path: string): boolean {
    const { segments, rollups } = manifest.current();
    return [...segments, ...rollups].some(({ file }) => `${dataDir}/${file}` === path);
  }

  return {
    flushWaiting: flush.all,
    async runDue() {
      if (log.waiting().length > 0) await attempt('a flush', flushPause, flush.all);
      await attempt('the retention', retentionPause, retention.retain);
      await written.removeDecided();
      await dropped.unlinkDue(isNamed);
      if (log.waiting().length > 0) return;
      merge.beginDue();
    },
    merged: merge.settled,
    endMerges: merge.end,
    times: () => ({
      lastFlushSeconds: flush.lastSeconds(),
      lastMergeSeconds: merge.lastSeconds(),
      deletedBytes: retention.deletedBytes(),
      damagedRecords: flush.damagedRecords(),
    }),
  };
}
