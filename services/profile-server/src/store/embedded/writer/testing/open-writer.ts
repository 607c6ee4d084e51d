import {
  createSeededRandom,
  createSimClock,
  createSimFs,
  type SimClock,
  type SimFs,
} from '@emberscope/node-kit';
import type { Maintenance } from '../maintenance-jobs.ts';
import type { StoreEvent } from '../store-event.ts';
import { createStoreWriter, type StoreWriter } from '../store-writer.ts';
import type { StoreWriterOptions } from '../store-writer-options.ts';
import { createPlainMaintenance, type PlainMaintenance } from './plain-maintenance.ts';
import { visibleIds } from './plain-profiles.ts';

export const DATA_DIR = '/data';

/** A writer in a simulated world, and what a reader would see of it. */
export type TestWriter = {
  readonly writer: StoreWriter;
  readonly fs: SimFs;
  readonly clock: SimClock;
  readonly maintenance: PlainMaintenance;
  readonly events: StoreEvent[];
  /** Ids of all visible profiles, without dashes, sorted. */
  ids(): string[];
  /** Lets time pass only as far as the work needs it. */
  run<Value>(work: Promise<Value>): Promise<Value>;
};

export type TestWriterOptions = Partial<StoreWriterOptions> & {
  readonly fs?: SimFs;
  readonly clock?: SimClock;
  readonly seed?: number;
  /** What stands between the writer and its maintenance. */
  readonly wrap?: (maintenance: Maintenance) => Maintenance;
};

/** Not started. */
export function createTestWriter(options: TestWriterOptions = {}): TestWriter {
  const random = createSeededRandom(options.seed ?? 1);
  const clock = options.clock ?? createSimClock();
  const fs = options.fs ?? createSimFs({ random, clock });
  const maintenance = createPlainMaintenance(fs, DATA_DIR);
  const events: StoreEvent[] = [];
  const { wrap = (same) => same } = options;
  const writer = createStoreWriter({
    clock,
    random,
    dataDir: DATA_DIR,
    retentionMillis: 0,
    rollupRetentionMillis: 0,
    maxBytes: 0,
    dropsOldestWhenFull: false,
    maxSeries: 1000,
    maintenance: wrap(maintenance),
    log: (event) => void events.push(event),
    lockHost: { self: () => SELF, running: (pid) => (pid === SELF.pid ? SELF : undefined) },
    ...options,
    limits: { ballastMaxBytes: 0, jumpHeldMillis: 0, ...options.limits },
    fs,
  });
  return {
    writer,
    fs,
    clock,
    maintenance,
    events,
    ids: () => visibleIds(writer.view(), maintenance),
    run: (work) => clock.runUntil(work),
  };
}

const SELF = { pid: 1, bootId: 'boot', started: '1' };

export async function openTestWriter(options: TestWriterOptions = {}): Promise<TestWriter> {
  const opened = createTestWriter(options);
  await opened.run(opened.writer.start());
  return opened;
}
