import type { Metrics } from '@emberscope/node-kit';
import type { WriterStats } from './store/embedded/writer/writer-stats.ts';

export type StoreMetrics = {
  /** Takes what the writer knows of itself, every few seconds. */
  set(stats: WriterStats): void;
};

type StatsGauge = {
  readonly name: string;
  readonly help: string;
  readonly of: (stats: WriterStats) => number;
};

/** What there is just now. */
const GAUGES: readonly StatsGauge[] = [
  { name: 'store_profiles', help: 'Profiles that are kept.', of: (s) => s.profileCount },
  { name: 'head_series', help: 'Label sets that have a profile.', of: (s) => s.seriesCount },
  {
    name: 'head_bytes',
    help: 'Memory that holds what is in no segment yet.',
    of: (s) => s.headBytes,
  },
  { name: 'wal_bytes', help: 'Bytes of the log on the disk.', of: (s) => s.logBytes },
  { name: 'segments', help: 'Segment files.', of: (s) => s.segmentCount },
  {
    name: 'waiting_generations',
    help: 'Stretches of the log that wait for their flush.',
    of: (s) => s.waitingGenerations,
  },
  { name: 'flush_seconds', help: 'How long the last flush took.', of: (s) => s.lastFlushSeconds },
  {
    name: 'day_merge_seconds',
    help: 'How long the last merge of a day took.',
    of: (s) => s.lastMergeSeconds,
  },
  {
    name: 'longest_fsync_seconds',
    help: 'The longest sync of the last seconds.',
    of: (s) => s.fsync.longestSeconds,
  },
  {
    name: 'refusing_pushes',
    help: '1 while the disk keeps the store from taking anything.',
    of: (s) => (s.refusing === undefined ? 0 : 1),
  },
];

/** What has come to pass since the start. */
const COUNTERS: readonly StatsGauge[] = [
  { name: 'fsync_total', help: 'Syncs of the log.', of: (s) => s.fsync.count },
  { name: 'fsync_seconds_total', help: 'Time spent in them.', of: (s) => s.fsync.seconds },
  {
    name: 'commit_batch_profiles_total',
    help: 'Profiles that syncs made durable: divided by their number, the size of a batch.',
    of: (s) => s.committedProfiles,
  },
  {
    name: 'duplicate_pushes_total',
    help: 'Profiles that were there already.',
    of: (s) => s.duplicatePushes,
  },
  {
    name: 'retention_deleted_bytes_total',
    help: 'Bytes of days that retention, the cap or a full disk took.',
    of: (s) => s.deletedBytes,
  },
  {
    name: 'wal_corrupt_records_total',
    help: 'Damaged places of the log that were met at the start.',
    of: (s) => s.damagedRecords,
  },
];

export function createStoreMetrics(metrics: Metrics): StoreMetrics {
  const gauges = GAUGES.map(({ name, help, of }) => ({ of, gauge: metrics.gauge({ name, help }) }));
  const counters = COUNTERS.map(({ name, help, of }) => ({
    of,
    counter: metrics.counter({ name, help }),
    counted: 0,
  }));
  const diskBytes = metrics.gauge<'kind'>({
    name: 'disk_bytes',
    help: 'Bytes on the disk, by kind of file.',
    labels: ['kind'],
  });
  const dictionaryNodes = metrics.gauge<'service'>({
    name: 'dictionary_nodes',
    help: 'Stacks of the 20 largest dictionaries that are open for writing.',
    labels: ['service'],
  });
  let services: readonly string[] = [];

  return {
    set(stats) {
      for (const { gauge, of } of gauges) gauge.set(of(stats));
      for (const each of counters) {
        // A writer in the place of one that died counts from 0 again.
        const now = each.of(stats);
        each.counter.add(now >= each.counted ? now - each.counted : now);
        each.counted = now;
      }
      for (const [kind, bytes] of Object.entries(stats.diskBytes)) diskBytes.set(bytes, { kind });
      for (const service of services) dictionaryNodes.set(0, { service });
      services = stats.dictionaries.map(({ service }) => service);
      for (const { service, stacks } of stats.dictionaries)
        dictionaryNodes.set(stacks, { service });
    },
  };
}
