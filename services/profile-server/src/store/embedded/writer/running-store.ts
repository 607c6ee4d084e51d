import type { HeadLog } from '../log/head-log.ts';
import type { DataDirLock } from '../manifest/data-dir-lock.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { Epochs } from './epochs.ts';
import type { HeadFacts } from './head-facts.ts';
import type { LiveSeries } from './live-series.ts';
import type { MaintenanceRunner } from './maintenance-runner.ts';
import type { ManifestStore } from './manifest-store.ts';
import type { PushIntake } from './push-intake.ts';
import type { Restoring } from './restore-segments.ts';
import type { WriterStats } from './writer-stats.ts';

/** What there is while the store is open. */
export type RunningStore = {
  readonly lock: DataDirLock;
  readonly log: HeadLog;
  readonly manifest: ManifestStore;
  readonly queue: CommitQueue & { takeLongestSeconds(): number };
  readonly intake: PushIntake;
  readonly epochs: Epochs;
  readonly guard: DiskGuard;
  readonly runner: MaintenanceRunner;
  readonly stopTimer: () => void;
  readonly restoring: Restoring;
};

/** What a writer has counted since it began. */
export type WriterCounts = {
  readonly series: LiveSeries;
  readonly factsOf: (generation: number) => HeadFacts;
  readonly damagedRecords: number;
  readonly duplicatePushes: number;
};

/** On the status page and in metrics: a metric for each service of a large fleet would be too many. */
const DICTIONARIES_SHOWN = 20;

export function statsOf(open: RunningStore, counts: WriterCounts): WriterStats {
  const { series, factsOf, damagedRecords, duplicatePushes } = counts;
  const { log, manifest, queue, epochs, guard, runner, restoring } = open;
  const { segments, rollups } = manifest.current();
  const held = timesHeld(open, factsOf);
  const bytesOfKind = (kind: SegmentEntry['kind']): number =>
    [...segments, ...rollups].reduce((sum, of) => sum + (of.kind === kind ? of.sizeBytes : 0), 0);
  const { count, seconds, profiles } = queue.fsync();
  const { damagedRecords: damagedInFlush, ...times } = runner.times();
  return {
    profileCount: series.profileCount() + restoring.unreadProfiles(),
    seriesCount: series.seriesCount(),
    oldestMillis: held?.oldestMillis,
    newestMillis: held?.newestMillis,
    headBytes: log.memoryBytes(),
    logBytes: log.fileBytes(),
    segmentCount: segments.length,
    diskBytes: {
      flush: bytesOfKind('flush'),
      merged: bytesOfKind('merged'),
      day: bytesOfKind('day'),
      rollup: bytesOfKind('rollup'),
      log: log.fileBytes(),
    },
    waitingGenerations: log.waiting().length,
    ...times,
    fsync: { count, seconds, longestSeconds: queue.takeLongestSeconds() },
    committedProfiles: profiles,
    dictionaries: epochs.largest(DICTIONARIES_SHOWN),
    damagedRecords: damagedRecords + damagedInFlush,
    duplicatePushes,
    refusing: guard.refusal()?.reason,
  };
}

function timesHeld(
  { log, manifest }: RunningStore,
  factsOf: (generation: number) => HeadFacts,
): { readonly oldestMillis: number; readonly newestMillis: number } | undefined {
  const held = [
    ...manifest.current().segments,
    ...log.views().map(({ generation }) => factsOf(generation)),
  ];
  const oldestMillis = Math.min(...held.map((of) => of.oldestMillis));
  const newestMillis = Math.max(...held.map((of) => of.newestMillis));
  return Number.isFinite(oldestMillis) ? { oldestMillis, newestMillis } : undefined;
}
