import { FsError, uuidV4 } from '@emberscope/node-kit/worker';
import type { DeletionId, TenantId } from '../../ids.ts';
import type { PushOutcomes, PushSeries } from '../../push.ts';
import { createPushIds } from '../../pushes/push-ids.ts';
import type { Selection } from '../../selection.ts';
import type { StoreAnswer, StoreError } from '../../store-error.ts';
import { createHeadLog, type HeadLog } from '../log/head-log.ts';
import { replayLog } from '../log/replay-log.ts';
import { dataDirErrorOf } from '../manifest/data-dir-error.ts';
import type { DataDirLock } from '../manifest/data-dir-lock.ts';
import { systemLockHost } from '../manifest/lock-host.ts';
import type { StoreView } from '../store-view.ts';
import { createBallast } from './ballast.ts';
import { createCommitQueue } from './commit-queue.ts';
import { damageMessages } from './damage-messages.ts';
import { deletionOf } from './deletion-entry.ts';
import { createDiskGuard } from './disk-guard.ts';
import { createDroppedFiles } from './dropped-files.ts';
import { dayOfMillis, dayOfNanos } from './epoch-key.ts';
import { createEpochs } from './epochs.ts';
import { addFacts, createHeadFacts, type HeadFacts } from './head-facts.ts';
import { createLiveSeries } from './live-series.ts';
import { createLogRecovery } from './log-recovery.ts';
import { createMaintenanceRunner } from './maintenance-runner.ts';
import { createManifestStore, type ManifestStore } from './manifest-store.ts';
import { logFolderOf, openDataDir } from './open-data-dir.ts';
import { NOT_RUNNING, refuseAll, settledOutcome, type Taken, unavailable } from './push-answers.ts';
import { keyOfPushId, type PushBatch } from './push-batch.ts';
import { createPushIntake, type PushIntake } from './push-intake.ts';
import { restoreSegments } from './restore-segments.ts';
import { retentionTime } from './retention-time.ts';
import { type RunningStore, statsOf } from './running-store.ts';
import { createSegmentIndex } from './segment-index.ts';
import {
  defined,
  type StoreWriterOptions,
  WRITER_LIMITS,
  type WriterLimits,
} from './store-writer-options.ts';
import {
  COMMIT_MAX_MILLIS,
  CUT_AFTER_HOUR_MILLIS,
  CUT_LATE_AFTER_MILLIS,
  HOUR_MILLIS,
  MAINTENANCE_EVERY_MILLIS,
  PUSH_IDS_MAX_BYTES,
} from './writer-limits.ts';
import type { WriterStats } from './writer-stats.ts';

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

/** Creates a writer that does nothing until it is started. */
export function createStoreWriter(options: StoreWriterOptions): StoreWriter {
  const { fs, clock, random, dataDir, retentionMillis } = options;
  const limits: WriterLimits = { ...WRITER_LIMITS, ...options.limits };
  const ballast = createBallast(fs, dataDir, limits.ballastMaxBytes);
  const series = createLiveSeries();
  const pushIds = createPushIds(() => clock.nowMillis(), PUSH_IDS_MAX_BYTES);
  const factsOfGeneration = new Map<number, HeadFacts>();
  let running: RunningStore | undefined;
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

  async function open(): Promise<RunningStore> {
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

  async function recover(lock: DataDirLock, manifest: ManifestStore): Promise<RunningStore> {
    const { nextArrival: leastArrival, logFloor, segments } = manifest.current();
    const recovery = createLogRecovery(series, pushIds, clock.nowMillis());
    const folder = logFolderOf(dataDir);
    const replayed = await replayLog({
      ...{ fs, folder, floor: logFloor, accept: recovery.accept },
      day: dayOfMillis(clock.nowMillis()),
    });
    for (const [generation, facts] of recovery.facts) factsOfGeneration.set(generation, facts);
    damagedRecords = replayed.damages.length;
    for (const message of damageMessages(replayed.damages, replayed.kept))
      options.log({ level: 'error', message });
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
      monotonicMillis: () => clock.monotonicMillis(),
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
      time: retentionTime({
        clock,
        manifest: manifest.current(),
        facts: factsOfGeneration.values(),
        holdMillis: limits.jumpHeldMillis,
        onEvent: options.log,
      }),
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
      onDaysDropped: (day) => restoring.takeOut(() => series.dropDaysUpTo(day)),
    });
    const restoring = restoreSegments({
      ...{ fs, clock, dataDir, segments, index, series, pushIds },
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
      restoring,
    };
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
  function refusal({ guard, queue, log }: RunningStore): StoreError | undefined {
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
    open: RunningStore,
    tenant: TenantId,
    pushed: readonly PushSeries[],
  ): Promise<PushOutcomes> {
    const { queue, intake, restoring, guard } = open;
    await guard.check();
    await restoring.done;
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

  async function cutWhenDue({ log, queue }: RunningStore): Promise<void> {
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
        const flushedCount = forgetFacts(open.log);
        const closedCount = open.epochs.closeIdle(dayOfMillis(clock.nowMillis()));
        if (flushedCount + closedCount > 0) options.onLetGo?.();
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
        options.log({ level: 'warn', message: `the store's upkeep failed: ${error.message}` });
      } finally {
        maintenance = undefined;
      }
    });
    return maintenance;
  }

  /** Of generations that are in segments now: answers how many there were. */
  function forgetFacts(log: HeadLog): number {
    const floor = log.floor();
    let count = 0;
    for (const generation of factsOfGeneration.keys()) {
      if (generation < floor && factsOfGeneration.delete(generation)) count++;
    }
    return count;
  }

  function flushAll({ queue, runner }: RunningStore): Promise<void> {
    return exclusively(async () => {
      await queue.cut();
      await runner.flushWaiting();
    });
  }

  function opened(): RunningStore {
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
      const { manifest, intake, restoring } = running;
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
      restoring.takeOut(() => series.dropMatching(tenants, matchers, firstDay, lastDay));
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

    stats: () =>
      statsOf(opened(), {
        series,
        factsOf,
        damagedRecords,
        duplicatePushes,
      }),

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
      await open.restoring.done;
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
}
