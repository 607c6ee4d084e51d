import type { Clock, Fs } from '@emberscope/node-kit/worker';
import { dropOldDamagedLogs } from '../log/damaged-logs.ts';
import type { HeadLog } from '../log/head-log.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import { dayOfMillis, nameOfDay } from './epoch-key.ts';
import type { HeadFacts } from './head-facts.ts';
import type { HeldTime } from './held-time.ts';
import { bytesOf, daysOf, expired, lowDiskBytes } from './maintenance-plan.ts';
import type { ManifestStore } from './manifest-store.ts';
import { logFolderOf } from './open-data-dir.ts';
import type { StoreEvent } from './store-event.ts';
import { DAY_MILLIS } from './writer-limits.ts';

export type RetentionOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  /** What retention goes by. */
  readonly time: HeldTime;
  readonly dataDir: string;
  readonly retentionMillis: number;
  readonly rollupRetentionMillis: number;
  readonly maxBytes: number;
  readonly dropsOldestWhenFull: boolean;
  readonly log: HeadLog;
  readonly manifest: ManifestStore;
  readonly factsOf: (generation: number) => HeadFacts;
  /** After this no record of the log rests on what segments hold of a day. */
  readonly closeDay: (day: number) => Promise<void>;
  /** Takes segments and roll-ups out of the manifest, and their files later. */
  readonly drop: (gone: readonly SegmentEntry[]) => Promise<void>;
  /** Whether the disk is about to get room without it. */
  readonly isRoomComing: () => boolean;
  readonly onDaysDropped: (newestDay: number) => void;
  readonly onEvent: (event: StoreEvent) => void;
};

/** Takes away what is too old, too much for the cap, or too much for the disk, by whole days. */
export type Retention = {
  retain(): Promise<void>;
  readonly deletedBytes: () => number;
};

export function createRetention(options: RetentionOptions): Retention {
  const { fs, clock, dataDir, log, manifest, drop, onEvent } = options;
  let deletedBytes = 0;

  /** `level`: that days become too old is what was asked for; that there is no room for them is not. */
  async function dropDays(
    days: readonly number[],
    why: string,
    level: StoreEvent['level'],
  ): Promise<void> {
    const gone: SegmentEntry[] = [];
    for (const day of days) {
      await options.closeDay(day);
      gone.push(...manifest.current().segments.filter((of) => of.day === day));
    }
    if (gone.length === 0) return;
    await drop(gone);
    deletedBytes += bytesOf(gone);
    options.onDaysDropped(Math.max(...days));
    onEvent({
      level,
      message: `profiles of ${days.map(nameOfDay).join(', ')} were deleted: ${why}`,
    });
  }

  async function dropOld(): Promise<void> {
    const now = options.time.nowMillis();
    const old = expired(manifest.current().segments, options.retentionMillis, now);
    if (old.length > 0) await dropDays(daysOf(old), 'they are older than what is kept', 'info');

    const { rollupRetentionMillis } = options;
    const oldRollups = expired(manifest.current().rollups, rollupRetentionMillis, now);
    if (oldRollups.length === 0) return;
    await drop(oldRollups);
    deletedBytes += bytesOf(oldRollups);
  }

  async function dropOldLogs(): Promise<void> {
    const { retentionMillis } = options;
    if (retentionMillis <= 0) return;
    const now = options.time.nowMillis();
    const isOver = (day: number) => (day + 1) * DAY_MILLIS + retentionMillis <= now;
    for (const name of await dropOldDamagedLogs(fs, logFolderOf(dataDir), isOver)) {
      const message = `log/${name} was deleted: its profiles are older than what is kept`;
      onEvent({ level: 'info', message });
    }
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
      await dropDays([day], `the store may take ${options.maxBytes} bytes of disk`, 'warn');
    }
  }

  async function keepDiskFree(): Promise<void> {
    if (!options.dropsOldestWhenFull) return;
    const { freeBytes, totalBytes } = await fs.space(dataDir);
    const leastBytes = lowDiskBytes(totalBytes);
    if (freeBytes >= leastBytes) return;
    const day = oldestDay();
    if (day === undefined || options.isRoomComing()) return;
    const why = `the disk has ${freeBytes} bytes left, and ${Math.round(leastBytes)} are to be free`;
    await dropDays([day], why, 'warn');
  }

  return {
    async retain() {
      await dropOld();
      await keepWithinCap();
      await keepDiskFree();
      await dropOldLogs();
    },
    deletedBytes: () => deletedBytes,
  };
}
