import type { Clock, Fs } from '@emberscope/node-kit/worker';
import { isFsError } from '@emberscope/node-kit/worker';
import type { HeadLog } from '../log/head-log.ts';
import type { Manifest, SegmentEntry } from '../manifest/manifest.ts';
import { createBackgroundMerge } from './background-merge.ts';
import type { DroppedFiles } from './dropped-files.ts';
import { dayOfMillis, nameOfDay } from './epoch-key.ts';
import type { HeadFacts } from './head-facts.ts';
import type { HeldTime } from './held-time.ts';
import type { Maintenance } from './maintenance-jobs.ts';
import { bytesOf, daysOf, expired, livingDeletions, lowDiskBytes } from './maintenance-plan.ts';
import type { ManifestStore } from './manifest-store.ts';
import { createRetryPause, type RetryPause } from './retry-pause.ts';
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
  const { fs, clock, dataDir, log, manifest, maintenance, onEvent } = options;
  const flushPause = createRetryPause(clock);
  const retentionPause = createRetryPause(clock);
  const written = createWrittenFiles(fs, dataDir, manifest);
  const merge = createBackgroundMerge({
    ...{ clock, dataDir, maintenance, manifest, written, closeDay, attempt },
    pause: createRetryPause(clock),
    exclusively: options.exclusively,
    replace: drop,
    discard: dropFiles,
  });
  let lastFlushSeconds = 0;
  let deletedBytes = 0;
  let damagedRecords = 0;

  const secondsSince = (millis: number): number => (clock.monotonicMillis() - millis) / 1000;

  function firstArrivals(without?: number): readonly number[] {
    const open = log.open();
    const all = open === undefined ? log.waiting() : [...log.waiting(), open];
    return all
      .filter(({ generation }) => generation !== without)
      .map(({ generation }) => options.factsOf(generation).firstArrival);
  }

  async function flush(): Promise<void> {
    const generation = log.waiting()[0];
    if (generation === undefined) return;
    const since = clock.monotonicMillis();
    const facts = options.factsOf(generation.generation);
    const { deletions, sequence } = manifest.current();
    const files = manifest.nextFiles(Math.max(1, facts.days.size));
    const job = {
      dataDir,
      generation: { generation: generation.generation, chunks: generation.records.chunks() },
      deletions,
      sequence,
      files,
      nowMillis: clock.nowMillis(),
    };
    let flushed = await maintenance.flush(job);
    const isDayMissing = [...facts.days].some(
      (day) => !flushed.segments.some((of) => of.day === day),
    );
    if (isDayMissing && deletions.length > 0) {
      // A day all of whose profiles were deleted: later records may rest on rows of its dictionary,
      // so that it is written as it is, and its profiles stay hidden.
      const { segments } = flushed;
      await written.commit(segments, async () => {
        flushed = await maintenance.flush({ ...job, deletions: [], sequence: 0 });
      });
    }
    const { segments } = flushed;
    const number = generation.generation;
    let unlinked: Promise<void> | undefined;
    await written.commit(segments, () =>
      manifest.commit(
        (current) => {
          const next: Manifest = {
            ...current,
            segments: [...current.segments, ...segments],
            logFloor: number + 1,
            nextFile: Math.max(current.nextFile, ...files.map((file) => file + 1)),
            nextArrival: Math.max(current.nextArrival, options.nextArrival()),
          };
          return { ...next, deletions: livingDeletions(next, firstArrivals(number)) };
        },
        () => {
          unlinked = log.drop(number);
        },
      ),
    );
    await unlinked;
    noteUnread((flushed.damagedProfiles ?? 0) + (flushed.damagedRecords ?? 0));
    lastFlushSeconds = secondsSince(since);
  }

  function noteUnread(count: number): void {
    if (count === 0) return;
    damagedRecords += count;
    onEvent({
      level: 'error',
      message: `${count} records of the log could not be read, and are lost`,
    });
  }

  async function flushWaiting(): Promise<void> {
    while (log.waiting().length > 0) await flush();
  }

  /** Takes segments out of the manifest, and their files once nobody reads them. */
  async function drop(
    gone: readonly SegmentEntry[],
    more: (manifest: Manifest) => Manifest = (current) => current,
  ): Promise<void> {
    const files = new Set(gone.map(({ file }) => file));
    await manifest.commit((current) => {
      const next = more({
        ...current,
        segments: current.segments.filter(({ file }) => !files.has(file)),
        rollups: current.rollups.filter(({ file }) => !files.has(file)),
      });
      return { ...next, deletions: livingDeletions(next, firstArrivals()) };
    });
    dropFiles(gone);
  }

  function dropFiles(gone: readonly SegmentEntry[]): void {
    options.dropped.add(new Set(gone.map(({ file }) => `${dataDir}/${file}`)));
  }

  /** After this no record of the log rests on what segments hold of a day. */
  async function closeDay(day: number): Promise<void> {
    options.retireDay(day);
    if (!options.headHoldsDay(day)) return;
    await options.cut();
    // No further: what came since has dictionaries of its own, which are not to go with the day.
    const last = log.waiting().at(-1)?.generation ?? -1;
    while ((log.waiting()[0]?.generation ?? Number.POSITIVE_INFINITY) <= last) await flush();
  }

  async function dropDays(days: readonly number[], why: string): Promise<void> {
    const gone: SegmentEntry[] = [];
    for (const day of days) {
      await closeDay(day);
      gone.push(...manifest.current().segments.filter((of) => of.day === day));
    }
    if (gone.length === 0) return;
    await drop(gone);
    deletedBytes += bytesOf(gone);
    options.onDaysDropped(Math.max(...days));
    onEvent({
      level: 'info',
      message: `profiles of ${days.map(nameOfDay).join(', ')} were deleted: ${why}`,
    });
  }

  async function retain(): Promise<void> {
    const now = options.time.nowMillis();
    const old = expired(manifest.current().segments, options.retentionMillis, now);
    if (old.length > 0) await dropDays(daysOf(old), 'they are older than what is kept');

    const { rollupRetentionMillis } = options;
    const oldRollups = expired(manifest.current().rollups, rollupRetentionMillis, now);
    if (oldRollups.length > 0) {
      await drop(oldRollups);
      deletedBytes += bytesOf(oldRollups);
    }
    await keepWithinCap();
    await keepDiskFree();
  }

  /**
   * The oldest day that is not today. After a jump of the clock, today is what it says at once if
   * profiles say the same: a disk that is full cannot wait until the jump has held. For a clock that
   * is wrong alone, the newest day of profiles is today, and never goes. (A profile that came without
   * a time has that clock's, and agrees with it.)
   */
  function oldestDay(): number | undefined {
    const days = daysOf(manifest.current().segments);
    const headDays = log.views().flatMap(({ generation }) => [...options.factsOf(generation).days]);
    const today = Math.max(
      dayOfMillis(options.time.nowMillis()),
      Math.min(dayOfMillis(clock.nowMillis()), Math.max(...days, ...headDays)),
    );
    return days.find((day) => day < today);
  }

  async function keepWithinCap(): Promise<void> {
    if (options.maxBytes <= 0) return;
    const usedBytes = () =>
      bytesOf(manifest.current().segments) + bytesOf(manifest.current().rollups);
    for (let day = oldestDay(); day !== undefined; day = oldestDay()) {
      if (usedBytes() <= options.maxBytes) return;
      await dropDays([day], `the store may take ${options.maxBytes} bytes of disk`);
    }
  }

  async function keepDiskFree(): Promise<void> {
    if (!options.dropsOldestWhenFull) return;
    const { freeBytes, totalBytes } = await fs.space(dataDir);
    const leastBytes = lowDiskBytes(totalBytes);
    if (freeBytes >= leastBytes) return;
    const day = oldestDay();
    if (day === undefined) return;
    const why = `the disk has ${freeBytes} bytes left, and ${Math.round(leastBytes)} are to be free`;
    // A merge gives back what it takes, and more. Files go two minutes after they were dropped: those
    // that are about to may be enough.
    if (!merge.isRunning() && options.dropped.isEmpty()) await dropDays([day], why);
  }

  async function attempt(
    what: string,
    pause: RetryPause,
    run: () => Promise<void>,
    onError: (error: unknown) => void = () => {},
  ): Promise<void> {
    if (!pause.isDue()) return;
    try {
      await run();
      pause.succeeded();
    } catch (error) {
      pause.failed();
      onError(error);
      if (isNoSpace(error)) await options.onFull();
      const message = error instanceof Error ? error.message : String(error);
      onEvent({ level: 'warn', message: `${what} failed and is tried again: ${message}` });
    }
  }

  return {
    flushWaiting,
    async runDue() {
      if (log.waiting().length > 0) await attempt('a flush', flushPause, flushWaiting);
      await attempt('the retention', retentionPause, retain);
      await written.removeDecided();
      await options.dropped.unlinkDue(isNamed);
      if (log.waiting().length > 0) return;
      merge.beginDue();
    },
    merged: merge.settled,
    endMerges: merge.end,
    times: () => ({
      lastFlushSeconds,
      lastMergeSeconds: merge.lastSeconds(),
      deletedBytes,
      damagedRecords,
    }),
  };

  function isNamed(path: string): boolean {
    const { segments, rollups } = manifest.current();
    return [...segments, ...rollups].some(({ file }) => `${dataDir}/${file}` === path);
  }
}

function isNoSpace(error: unknown): boolean {
  if (isFsError(error, 'no-space')) return true;
  // From another thread an error comes as its message.
  return error instanceof Error && /\(no-space\)/.test(error.message);
}
