import { NANOS_PER_MILLI, type UnixNanos, unixNanos } from '@emberscope/units';
import type { StoreStats } from '../answers.ts';
import type { ProfileReader, ProfileStore } from '../profile-store.ts';
import { flushGeneration } from './maintenance/flush-generation.ts';
import { mergeSegments } from './maintenance/merge-segments.ts';
import { createStoreReader, type StoreReaderOptions } from './reader/store-reader.ts';
import { createStoreWriter } from './writer/store-writer.ts';
import type { StoreWriterOptions } from './writer/store-writer-options.ts';

export type EmbeddedStoreOptions = Omit<StoreWriterOptions, 'maintenance'> &
  Pick<StoreReaderOptions, 'cacheBytes' | 'queryBytes'>;

export type EmbeddedStore = ProfileStore & {
  /** Turns what is in the log into segments. */
  flush(): Promise<void>;
  /** Does all that is due by the clock: flushes, merges, retention, files that may go. */
  runMaintenance(): Promise<void>;
};

/**
 * The whole store on the thread that calls it: writer, maintenance and reader. A server has them on
 * threads of their own (`work/`); this is for tests and tools.
 */
export function createEmbeddedStore(options: EmbeddedStoreOptions): EmbeddedStore {
  const { fs, clock, dataDir, retentionMillis } = options;
  const writer = createStoreWriter({
    ...options,
    maintenance: {
      flush: (job) => flushGeneration(fs, job),
      merge: (job) => mergeSegments(fs, job),
    },
  });
  const reader = createStoreReader({
    fs,
    dataDir,
    nowMillis: () => clock.nowMillis(),
    ...(retentionMillis === 0 ? {} : { retentionNanos: BigInt(retentionMillis) * 1_000_000n }),
    ...(options.cacheBytes !== undefined && { cacheBytes: options.cacheBytes }),
    ...(options.queryBytes !== undefined && { queryBytes: options.queryBytes }),
  });
  let isRunning = false;

  /** A query sees what was acknowledged before it began. */
  function onNewestView<Method extends keyof ProfileReader>(method: Method): ProfileReader[Method] {
    const ask = (...args: Parameters<ProfileReader[Method]>) => {
      if (!isRunning) return Promise.resolve({ ok: false, error: NOT_RUNNING });
      reader.setView(writer.view());
      // The arguments are those of the method by this function's own signature.
      return (reader[method] as (...given: typeof args) => unknown)(...args);
    };
    return ask as ProfileReader[Method];
  }

  return {
    async start() {
      await writer.start();
      isRunning = true;
    },
    isReady: () => isRunning,
    async stop() {
      isRunning = false;
      reader.close();
      await writer.stop();
    },
    push: writer.push,
    deleteSeries: writer.deleteSeries,
    flush: writer.flush,
    runMaintenance: writer.runMaintenance,
    profileTypes: onNewestView('profileTypes'),
    labelNames: onNewestView('labelNames'),
    labelValues: onNewestView('labelValues'),
    labelSets: onNewestView('labelSets'),
    activity: onNewestView('activity'),
    mergeTree: onNewestView('mergeTree'),
    mergeTotal: onNewestView('mergeTotal'),
    mergeProfile: onNewestView('mergeProfile'),
    mergeFunction: onNewestView('mergeFunction'),
    selectSeries: onNewestView('selectSeries'),
    selectPoints: onNewestView('selectPoints'),
    singleProfiles: onNewestView('singleProfiles'),
    functionTimelines: onNewestView('functionTimelines'),
    tenantStats: onNewestView('tenantStats'),
    async stats(): Promise<StoreStats> {
      const stats = writer.stats();
      const { log, ...segments } = stats.diskBytes;
      const segmentBytes = Object.values(segments).reduce((sum, bytes) => sum + bytes, 0);
      return {
        engine: 'embedded',
        seriesCount: stats.seriesCount,
        profileCount: stats.profileCount,
        oldestNanos: nanosOf(stats.oldestMillis),
        newestNanos: nanosOf(stats.newestMillis),
        memoryBytes: stats.headBytes,
        diskBytes: log + segmentBytes,
        retentionNanos:
          retentionMillis === 0 ? undefined : BigInt(retentionMillis) * NANOS_PER_MILLI,
        durability: 'durable',
      };
    },
  };
}

function nanosOf(millis: number | undefined): UnixNanos | undefined {
  return millis === undefined ? undefined : unixNanos(BigInt(millis) * NANOS_PER_MILLI);
}

const NOT_RUNNING = {
  kind: 'unavailable',
  reason: 'the store has not been started, or has stopped',
  retryAfterSeconds: 1,
} as const;
