import { type Clock, type Fs, FsError, type Random, uuidV4 } from '@emberscope/node-kit/worker';
import type { DeletionId, TenantId } from '../../ids.ts';
import type { PushOutcome, PushOutcomes, PushSeries } from '../../push.ts';
import { createPushIds } from '../../pushes/push-ids.ts';
import type { Selection } from '../../selection.ts';
import type { StoreAnswer, StoreError } from '../../store-error.ts';
import { createHeadLog, type HeadLog } from '../log/head-log.ts';
import { replayLog } from '../log/replay-log.ts';
import { dataDirErrorOf } from '../manifest/data-dir-error.ts';
import type { DataDirLock } from '../manifest/data-dir-lock.ts';
import { type LockHost, systemLockHost } from '../manifest/lock-host.ts';
import type { DeletionEntry, SegmentEntry } from '../manifest/manifest.ts';
import type { StoreView } from '../store-view.ts';
import { createBallast } from './ballast.ts';
import { type CommitQueue, createCommitQueue } from './commit-queue.ts';
import { createDiskGuard, type DiskGuard } from './disk-guard.ts';
import { createDroppedFiles } from './dropped-files.ts';
import { dayOfMillis, dayOfNanos } from './epoch-key.ts';
import { createEpochs, type Epochs } from './epochs.ts';
import { addFacts, createHeadFacts, type HeadFacts } from './head-facts.ts';
import { createHeldTime, type HeldTime } from './held-time.ts';
import { createLiveSeries } from './live-series.ts';
import { createLogRecovery } from './log-recovery.ts';
import type { Maintenance } from './maintenance-jobs.ts';
import { createMaintenanceRunner, type MaintenanceRunner } from './maintenance-runner.ts';
import { createManifestStore, type ManifestStore } from './manifest-store.ts';
import { logFolderOf, openDataDir } from './open-data-dir.ts';
import { keyOfPushId, type PushBatch } from './push-batch.ts';
import { createPushIntake, type PushIntake } from './push-intake.ts';
import { createSegmentIndex } from './segment-index.ts';
import type { StoreEvent } from './store-event.ts';
import {
  COMMIT_MAX_MILLIS,
  CUT_AFTER_HOUR_MILLIS,
  CUT_LATE_AFTER_MILLIS,
  GENERATION_MAX_BYTES,
  HEAD_MAX_BYTES,
  HOUR_MILLIS,
  JUMP_HELD_MILLIS,
  MAINTENANCE_EVERY_MILLIS,
  MAX_EPOCHS_PER_GENERATION,
  PUSH_IDS_KEPT_MILLIS,
  PUSH_IDS_MAX_BYTES,
  RESTORE_AGAIN_MILLIS,
  RESTORE_TRIES,
  RETRY_AFTER_SECONDS,
  STOPPED_LIKELY_MILLIS,
  WAITING_MAX_BYTES,
} from './writer-limits.ts';
import type { WriterStats } from './writer-stats.ts';

export type StoreWriterOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute. */
  readonly dataDir: string;
  /** Of profiles; 0 is for ever. */
  readonly retentionMillis: number;
  /** Of roll-ups; 0 is for ever. */
  readonly rollupRetentionMillis: number;
  /** What segments and roll-ups may take; 0 is no limit. */
  readonly maxBytes: number;
  /** Whether the oldest day goes when the disk is nearly full. */
  readonly dropsOldestWhenFull: boolean;
  /** New series of a tenant beyond this are refused. */
  readonly maxSeries: number;
  readonly maintenance: Maintenance;
  readonly log: (event: StoreEvent) => void;
  readonly lockHost?: LockHost;
  readonly limits?: Partial<WriterLimits>;
};

/** For tests: what is too large to be reached there. */
export type WriterLimits = {
  readonly generationMaxBytes: number;
  readonly headMaxBytes: number;
  readonly waitingMaxBytes: number;
  readonly epochsPerGeneration: number;
  readonly recordMaxBytes: number | undefined;
  readonly dictionaryMaxBytes: number | undefined;
  readonly dictionariesMaxBytes: number | undefined;
  readonly ballastMaxBytes: number | undefined;
  readonly jumpHeldMillis: number;
};

const LIMITS: WriterLimits = {
  generationMaxBytes: GENERATION_MAX_BYTES,
  headMaxBytes: HEAD_MAX_BYTES,
  waitingMaxBytes: WAITING_MAX_BYTES,
  epochsPerGeneration: MAX_EPOCHS_PER_GENERATION,
  recordMaxBytes: undefined,
  dictionaryMaxBytes: undefined,
  dictionariesMaxBytes: undefined,
  ballastMaxBytes: undefined,
  jumpHeldMillis: JUMP_HELD_MILLIS,
};

/** The one that writes a data directory. All of it runs on one thread. */
export type StoreWriter = {
  /** Opens or makes the directory and reads the log; rejects with a `DataDirError`, one sentence. */
  start(): Promise<void>;
  push(tenant: TenantId, series: readonly PushSeries[]): Promise<PushOutcomes>;
  deleteSeries(selection: Selection): Promise<StoreAnswer<DeletionId>>;
  /** All that is acknowledged by now. */
  view(): StoreView;
  stats(): WriterStats;
  /** Everything so far becomes segments; rejects when that fails, and the log still holds it. */
  flush(): Promise<void>;
  /** All that is due: what the timer does every second. Waits also for the merge that it begins. */
  runMaintenance(): Promise<void>;
  /**
   * Commits and flushes what was accepted, and gives the directory back. A merge that runs is ended
   * (`Maintenance.endMerge`) and begun anew after the next start.
   */
  stop(): Promise<void>;
};

/** What there is while the store is open. */
type Running = {
  readonly lock: DataDirLock;
  readonly log: HeadLog;
  readonly manifest: ManifestStore;
  readonly queue: CommitQueue & { takeLongestSeconds(): number };
  readonly intake: PushIntake;
  readonly epochs: Epochs;
  readonly guard: DiskGuard;
  readonly runner: MaintenanceRunner;
  readonly stopTimer: () => void;
  /** Series and push ids of segments are known. */
  readonly restored: Promise<void>;
};

/** Creates a writer that does nothing until it is started. */
export function createStoreWriter(options: StoreWriterOptions): StoreWriter {
  const { fs, clock, random, dataDir, retentionMillis } = options;
  const limits: WriterLimits = { ...LIMITS, ...options.limits };
  const ballast = createBallast(fs, dataDir, limits.ballastMaxBytes);
  const series = createLiveSeries();
  const pushIds = createPushIds(() => clock.nowMillis(), PUSH_IDS_MAX_BYTES);
  const factsOfGeneration = new Map<number, HeadFacts>();
  let running: Running | undefined;
  let isStopping = false;
  let lastCommitMillis = 0;
  let damagedRecords = 0;
  let duplicatePushes = 0;
  const name = uuidV4(random);
  let view: StoreView | undefined;
  let exclusive: Promise<unknown> = Promise.resolve();
  let maintenance: Promise<void> | undefined;

  function factsOf(generation: number): HeadFacts {
    let facts = factsOfGeneration.get(generation);
    if (facts === undefined) {
      facts = createHeadFacts();
      factsOfGeneration.set(generation, facts);
    }
    return facts;
  }

  /** Flushes and all else that changes what there is, one after another; merges run beside it. */
  function exclusively<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = exclusive.then(work);
    exclusive = done.catch(() => {});
    return done;
  }

  async function open(): Promise<Running> {
    const { lock, manifest: initial } = await openDataDir(
      fs,
      dataDir,
      options.lockHost ?? systemLockHost,
      ballast,
    );
    try {
      return await recover(lock, createManifestStore(fs, dataDir, initial));
    } catch (error) {
      await lock.release();
      throw dataDirErrorOf(error, dataDir);
    }
  }

  async function recover(lock: DataDirLock, manifest: ManifestStore): Promise<Running> {
    const { nextArrival: leastArrival, logFloor, segments } = manifest.current();
    const recovery = createLogRecovery(series, pushIds, clock.nowMillis());
    const folder = logFolderOf(dataDir);
    const replayed = await replayLog({ fs, folder, floor: logFloor, accept: recovery.accept });
    for (const [generation, facts] of recovery.facts) factsOfGeneration.set(generation, facts);
    damagedRecords = replayed.damages.length;
    for (const damage of replayed.damages) {
      options.log({
        level: 'error',
        message: `the log is damaged, and something of it is lost: ${damage}`,
      });
    }
    const { generations, nextGeneration } = replayed;
    const log = createHeadLog({ fs, folder, replayed: generations, nextGeneration });
    const index = createSegmentIndex(fs, dataDir, options.log);
    const epochs = createEpochs({
      fs,
      rowsInSegments: (day) => {
        const current = manifest.current().segments;
        index.keep(current);
        return index.rowsIn(current.filter((of) => of.day === day));
      },
      nextArrival: () => intake.nextArrival(),
      generations: () => {
        const open = log.open();
        return open === undefined ? log.waiting() : [...log.waiting(), open];
      },
      onEvent: options.log,
      ...defined({
        maxBytes: limits.dictionariesMaxBytes,
        dictionaryMaxBytes: limits.dictionaryMaxBytes,
      }),
    });
    const intake: PushIntake = createPushIntake({
      nowMillis: () => clock.nowMillis(),
      random,
      retentionMillis,
      maxSeries: options.maxSeries,
      epochs,
      series,
      pushIds,
      isOnItsWay: (tenant, id) => {
        const key = keyOfPushId(tenant, id);
        return (
          queue.batch().pushIds.has(key) || queue.uncommitted().some((of) => of.pushIds.has(key))
        );
      },
      nextArrival: Math.max(leastArrival, recovery.nextArrival()),
      ...defined({ recordMaxBytes: limits.recordMaxBytes }),
    });
    const queue = createCommitQueue({
      log,
      clock,
      nextArrival: intake.nextArrival,
      onCommitted: (batch) => onCommitted(batch, log),
      onFailed(error) {
        epochs.rollBack();
        guard.failed(error);
      },
      onTakenBack(batch) {
        for (const counted of batch.counted) series.subtract(counted, 1);
      },
    });
    const guard = createDiskGuard({
      fs,
      clock,
      dataDir,
      ballast,
      probe: () => queue.run(() => log.probe(intake.nextArrival())),
      onEvent: options.log,
    });
    const dropped = createDroppedFiles(fs, clock);
    const runner = createMaintenanceRunner({
      ...options,
      time: heldTime(manifest),
      onEvent: options.log,
      log,
      manifest,
      dropped,
      factsOf,
      headHoldsDay: (day) =>
        queue.batch().facts.days.has(day) ||
        queue.uncommitted().some(({ facts }) => facts.days.has(day)) ||
        log.views().some(({ generation }) => factsOf(generation).days.has(day)),
      retireDay: epochs.retireDay,
      cut: queue.cut,
      exclusively,
      nextArrival: intake.nextArrival,
      onFull: guard.full,
      onDaysDropped: series.dropDaysUpTo,
    });
    return {
      lock,
      log,
      manifest,
      queue,
      intake,
      epochs,
      guard,
      runner,
      stopTimer: clock.every(MAINTENANCE_EVERY_MILLIS, () => void keepUp()),
      restored: restore(segments, index),
    };
  }

  /** A clock that is ahead of all that is stored may have been set wrong while the store was closed. */
  function heldTime(manifest: ManifestStore): HeldTime {
    const { segments, rollups } = manifest.current();
    const held = [...segments, ...rollups, ...factsOfGeneration.values()];
    const newestMillis = Math.max(...held.map((of) => of.newestMillis));
    return createHeldTime({
      clock,
      likelyMillis: Number.isFinite(newestMillis)
        ? newestMillis + STOPPED_LIKELY_MILLIS
        : clock.nowMillis(),
      holdMillis: limits.jumpHeldMillis,
      onJump(millis) {
        options.log({
          level: 'warn',
          message: `the clock is ${minutesOf(millis)} minutes ahead of what it was, or of all that is stored: what is too old by it is deleted when it has stood for ${minutesOf(limits.jumpHeldMillis)} minutes`,
        });
      },
    });
  }

  /** Oldest push ids first. */
  async function restore(
    segments: readonly SegmentEntry[],
    index: ReturnType<typeof createSegmentIndex>,
  ): Promise<void> {
    const sinceMillis = clock.nowMillis() - PUSH_IDS_KEPT_MILLIS;
    const inOrder = [...segments].sort((a, b) => a.newestPushIdMillis - b.newestPushIdMillis);
    for (const entry of inOrder) {
      for (let left = RESTORE_TRIES; left > 0; left--) {
        // Between two files others have their turn.
        await fs.stat(`${dataDir}/${entry.file}`).catch(() => {});
        if (!index.restore(entry, series, pushIds, sinceMillis)) break;
        // Without its push ids, what is sent again is stored again.
        if (left > 1) await clock.sleep(RESTORE_AGAIN_MILLIS);
      }
    }
  }

  function onCommitted(batch: PushBatch, log: HeadLog): void {
    for (const [epoch, counts] of batch.epochs) epoch.committed = counts;
    for (const { tenant, id } of batch.pushIds.values()) pushIds.add(tenant, id);
    const open = log.open();
    if (open === undefined) return;
    addFacts(factsOf(open.generation), batch.facts);
    lastCommitMillis = clock.monotonicMillis();
    if (open.records.byteLength() < limits.generationMaxBytes || running === undefined) return;
    void running.queue.cut().then(() => keepUp());
  }

  /** Why nothing is taken just now. */
  function refusal({ guard, queue, log }: Running): StoreError | undefined {
    const ofDisk = guard.refusal();
    if (ofDisk !== undefined) return ofDisk;
    if (queue.commitMillis() > COMMIT_MAX_MILLIS) {
      return unavailable(`the disk has not answered for ${Math.round(queue.commitMillis())} ms`);
    }
    const waitingBytes = queue.waitingBytes();
    if (waitingBytes > limits.waitingMaxBytes) {
      return unavailable(
        `${waitingBytes} bytes wait for the disk; the limit is ${limits.waitingMaxBytes}`,
      );
    }
    const headBytes = log.fileBytes() + waitingBytes;
    if (headBytes < limits.headMaxBytes) return undefined;
    return unavailable(
      `${headBytes} bytes are in the log and not in segments; the limit is ${limits.headMaxBytes}`,
    );
  }

  async function push(
    open: Running,
    tenant: TenantId,
    pushed: readonly PushSeries[],
  ): Promise<PushOutcomes> {
    const { queue, intake, restored, guard } = open;
    await guard.check();
    await restored;
    // Nothing waits from here on until all of it is encoded.
    const error = refusal(open);
    if (error !== undefined) return refuseAll(pushed, error);
    // A push may lie in several batches, of which some are written and some are not.
    const taken = pushed.map(({ labels, profiles }) =>
      profiles.map((profile): Taken => {
        if (queue.batch().declarations.epochs.size >= limits.epochsPerGeneration) {
          void queue.cut().then(() => keepUp());
        }
        const batch = queue.batch();
        const outcome = intake.take(batch, tenant, labels, profile);
        if (batch.records.byteLength() > 0) queue.submit(batch);
        if (outcome.kind === 'stored') return { outcome, waitsFor: [batch] };
        if (outcome.kind !== 'duplicate') return { outcome, waitsFor: [] };
        // What it is a duplicate of may be on its way and fail.
        duplicatePushes++;
        const onTheirWay = batch.pushIds.size > 0 ? [batch] : [];
        return { outcome, waitsFor: [...queue.uncommitted(), ...onTheirWay] };
      }),
    );
    return Promise.all(taken.map((ofSeries) => Promise.all(ofSeries.map(settledOutcome))));
  }

  async function cutWhenDue({ log, queue }: Running): Promise<void> {
    const open = log.open();
    if (open === undefined) return;
    const { begunMillis, oldestMillis } = factsOf(open.generation);
    const now = clock.nowMillis();
    const hourEndMillis = (Math.floor(begunMillis / HOUR_MILLIS) + 1) * HOUR_MILLIS;
    const isHourOver = now >= hourEndMillis + CUT_AFTER_HOUR_MILLIS;
    const isLate =
      dayOfMillis(oldestMillis) < dayOfMillis(now) &&
      clock.monotonicMillis() - lastCommitMillis >= CUT_LATE_AFTER_MILLIS;
    if (isHourOver || isLate) await queue.cut();
  }

  /** All that is due; a merge is only begun. */
  function keepUp(): Promise<void> {
    const open = running;
    if (open === undefined) return Promise.resolve();
    maintenance ??= exclusively(async () => {
      try {
        await open.guard.check();
        if (open.guard.refusal() === undefined) await ballast.restore();
        await cutWhenDue(open);
        await open.runner.runDue();
        forgetFacts(open.log);
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
        options.log({ level: 'warn', message: `the store's upkeep failed: ${error.message}` });
      } finally {
        maintenance = undefined;
      }
    });
    return maintenance;
  }

  function forgetFacts(log: HeadLog): void {
    const floor = log.floor();
    for (const generation of factsOfGeneration.keys()) {
      if (generation < floor) factsOfGeneration.delete(generation);
    }
  }

  function flushAll({ queue, runner }: Running): Promise<void> {
    return exclusively(async () => {
      await queue.cut();
      await runner.flushWaiting();
    });
  }

  function opened(): Running {
    if (running === undefined) throw new Error('the store has not been started, or has stopped');
    return running;
  }

  return {
    async start() {
      running ??= await open();
    },

    async push(tenant, pushed) {
      if (running === undefined || isStopping) return refuseAll(pushed, NOT_RUNNING);
      return push(running, tenant, pushed);
    },

    async deleteSeries(selection) {
      if (running === undefined || isStopping) return { ok: false, error: NOT_RUNNING };
      const { manifest, intake } = running;
      const id = uuidV4(random);
      try {
        await manifest.commit((current, sequence) => {
          const beforeArrival = intake.nextArrival();
          const entry = deletionOf(selection, id, sequence, beforeArrival, clock.nowMillis());
          return {
            ...current,
            // Numbers of profiles that are refused are given again after a crash.
            nextArrival: Math.max(current.nextArrival, beforeArrival),
            deletions: [...current.deletions, entry],
          };
        });
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
        const reason = `the deletion could not be written: ${error.message}`;
        return { ok: false, error: unavailable(reason) };
      }
      // Of days that are not covered whole, profiles are counted until a merge leaves them out.
      const { tenants, matchers, range } = selection;
      const firstDay = dayOfNanos(range.startNanos - 1n) + 1;
      const lastDay = dayOfNanos(range.endNanos + 1n) - 1;
      series.dropMatching(tenants, matchers, firstDay, lastDay);
      return { ok: true, value: id as DeletionId };
    },

    view() {
      const { log, manifest } = opened();
      const version = manifest.version() + log.version();
      if (view?.version !== version) {
        view = {
          ...{ writer: name, version },
          ...{ manifest: manifest.shared(), generations: log.views() },
        };
      }
      return view;
    },

    stats() {
      const open = opened();
      const { log, manifest, queue, epochs, guard, runner } = open;
      const { segments, rollups } = manifest.current();
      const held = timesHeld(open);
      const bytesOfKind = (kind: SegmentEntry['kind']): number =>
        [...segments, ...rollups].reduce(
          (sum, of) => sum + (of.kind === kind ? of.sizeBytes : 0),
          0,
        );
      const { count, seconds, profiles } = queue.fsync();
      const { damagedRecords: damagedInFlush, ...times } = runner.times();
      return {
        profileCount: series.profileCount(),
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
    },

    flush: () => flushAll(opened()),

    async runMaintenance() {
      const runner = running?.runner;
      await keepUp();
      await runner?.merged();
    },

    async stop() {
      const open = running;
      if (open === undefined || isStopping) return;
      isStopping = true;
      open.stopTimer();
      await open.restored;
      await open.runner.endMerges();
      try {
        await flushAll(open);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        options.log({
          level: 'warn',
          message: `the log could not be flushed and is read again at the next start: ${reason}`,
        });
      }
      running = undefined;
      await exclusive;
      await open.queue.run(() => open.log.close());
      await open.lock.release();
    },
  };

  function timesHeld({
    log,
    manifest,
  }: Running): { readonly oldestMillis: number; readonly newestMillis: number } | undefined {
    const held = [
      ...manifest.current().segments,
      ...log.views().map(({ generation }) => factsOf(generation)),
    ];
    const oldestMillis = Math.min(...held.map((of) => of.oldestMillis));
    const newestMillis = Math.max(...held.map((of) => of.newestMillis));
    return Number.isFinite(oldestMillis) ? { oldestMillis, newestMillis } : undefined;
  }
}

const minutesOf = (millis: number): number => Math.round(millis / 60_000);

/** What is to be answered when some batches are durable. */
type Taken = { readonly outcome: PushOutcome; readonly waitsFor: readonly PushBatch[] };

async function settledOutcome({ outcome, waitsFor }: Taken): Promise<PushOutcome> {
  for (const batch of waitsFor) {
    const result = await batch.settled;
    if (result.kind === 'committed') continue;
    return refusedBy(unavailable(`the profile could not be written: ${result.reason}`));
  }
  return outcome;
}

/** On the status page and in metrics: a metric for each service of a large fleet would be too many. */
const DICTIONARIES_SHOWN = 20;

const NOT_RUNNING: StoreError = unavailable('the store has not been started, or has stopped');

function unavailable(reason: string): StoreError {
  return { kind: 'unavailable', reason, retryAfterSeconds: RETRY_AFTER_SECONDS };
}

function refusedBy(error: StoreError): PushOutcome {
  return { kind: 'refused', refusal: { kind: 'store', error } };
}

function refuseAll(pushed: readonly PushSeries[], error: StoreError): PushOutcomes {
  const outcome = refusedBy(error);
  return pushed.map(({ profiles }) => profiles.map(() => outcome));
}

function deletionOf(
  { tenants, range, matchers }: Selection,
  id: string,
  sequence: number,
  beforeArrival: number,
  createdMillis: number,
): DeletionEntry {
  return {
    id,
    sequence,
    beforeArrival,
    tenants,
    matchers: matchers.map((matcher) => ({
      name: matcher.name,
      op: matcher.op,
      value: 'value' in matcher ? matcher.value : matcher.pattern.source,
    })),
    startNanos: String(range.startNanos),
    endNanos: String(range.endNanos),
    createdMillis,
  };
}

/** Without what is undefined: an option that is left out means its default. */
function defined<Value extends Record<string, number | undefined>>(
  options: Value,
): { [Name in keyof Value]?: number } {
  const kept: { [Name in keyof Value]?: number } = {};
  for (const name in options) if (options[name] !== undefined) kept[name] = options[name];
  return kept;
}
