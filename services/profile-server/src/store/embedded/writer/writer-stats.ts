import type { DictionarySize } from './epochs.ts';

/** What the writer knows of itself, for metrics and the status page. */
export type WriterStats = {
  /**
   * Acknowledged and not deleted. Where a deletion takes a part of a day, and after a restart,
   * profiles that it hides are counted until a merge leaves them out.
   */
  readonly profileCount: number;
  /** Label sets of all tenants that have a profile. */
  readonly seriesCount: number;
  /** Of profiles, in ms since the epoch; undefined when there are none. */
  readonly oldestMillis: number | undefined;
  readonly newestMillis: number | undefined;
  /** Memory that holds records of the log. */
  readonly headBytes: number;
  readonly logBytes: number;
  readonly segmentCount: number;
  readonly diskBytes: DiskBytes;
  /** Generations that wait for their flush. */
  readonly waitingGenerations: number;
  readonly lastFlushSeconds: number;
  readonly lastMergeSeconds: number;
  readonly fsync: {
    readonly count: number;
    readonly seconds: number;
    /** Since the stats were asked for last. */
    readonly longestSeconds: number;
  };
  /** Of all commits so far, which are `fsync.count`. */
  readonly committedProfiles: number;
  /** Open dictionaries by stacks, the 20 largest. */
  readonly dictionaries: readonly DictionarySize[];
  /** Stretches of bytes and records of the log that were damaged, at the start and in flushes. */
  readonly damagedRecords: number;
  readonly duplicatePushes: number;
  /** Of segments that retention, the cap or a full disk took. */
  readonly deletedBytes: number;
  /** Why pushes are refused just now. */
  readonly refusing: string | undefined;
};

export type DiskBytes = {
  readonly flush: number;
  readonly merged: number;
  readonly day: number;
  readonly rollup: number;
  readonly log: number;
};
