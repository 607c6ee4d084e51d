import type { Clock } from '@emberscope/node-kit/worker';
import type { HeadLog } from '../log/head-log.ts';
import type { HeadFacts } from './head-facts.ts';
import type { Maintenance } from './maintenance-jobs.ts';
import type { ManifestStore } from './manifest-store.ts';
import type { SegmentReplacement } from './segment-replacement.ts';
import type { StoreEvent } from './store-event.ts';
import type { WrittenFiles } from './written-files.ts';

export type LogFlushOptions = {
  readonly clock: Clock;
  readonly dataDir: string;
  readonly maintenance: Maintenance;
  readonly log: HeadLog;
  readonly manifest: ManifestStore;
  readonly written: WrittenFiles;
  readonly withLivingDeletions: SegmentReplacement['withLivingDeletions'];
  readonly factsOf: (generation: number) => HeadFacts;
  readonly nextArrival: () => number;
  readonly onEvent: (event: StoreEvent) => void;
};

/** Turns generations of the log into segments, the oldest first. */
export type LogFlush = {
  /** All that wait; rejects at the first that fails, and all else still waits. */
  all(): Promise<void>;
  /** Those that wait now, and none that is cut meanwhile. */
  allSoFar(): Promise<void>;
  readonly lastSeconds: () => number;
  /** What could not be read. */
  readonly damagedRecords: () => number;
};

export function createLogFlush(options: LogFlushOptions): LogFlush {
  const { clock, dataDir, maintenance, log, manifest, written, withLivingDeletions } = options;
  let lastSeconds = 0;
  let damagedRecords = 0;

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
        (current) =>
          withLivingDeletions(
            {
              ...current,
              segments: [...current.segments, ...segments],
              logFloor: number + 1,
              nextFile: Math.max(current.nextFile, ...files.map((file) => file + 1)),
              nextArrival: Math.max(current.nextArrival, options.nextArrival()),
            },
            number,
          ),
        () => {
          unlinked = log.drop(number);
        },
      ),
    );
    await unlinked;
    noteUnread((flushed.damagedProfiles ?? 0) + (flushed.damagedRecords ?? 0));
    lastSeconds = (clock.monotonicMillis() - since) / 1000;
  }

  function noteUnread(count: number): void {
    if (count === 0) return;
    damagedRecords += count;
    options.onEvent({
      level: 'error',
      message: `${count} records of the log could not be read, and are lost`,
    });
  }

  return {
    async all() {
      while (log.waiting().length > 0) await flush();
    },
    async allSoFar() {
      const last = log.waiting().at(-1)?.generation ?? -1;
      while ((log.waiting()[0]?.generation ?? Number.POSITIVE_INFINITY) <= last) await flush();
    },
    lastSeconds: () => lastSeconds,
    damagedRecords: () => damagedRecords,
  };
}
