import type { GenerationView } from '../log/log-chunk.ts';
import type { DeletionEntry, SegmentEntry } from '../manifest/manifest.ts';

/** Turns one generation of the log into segments, one for each day. */
export type FlushJob = {
  readonly dataDir: string;
  readonly generation: GenerationView;
  /** Profiles that they hide are left out. */
  readonly deletions: readonly DeletionEntry[];
  /** Of the manifest that the deletions are of. */
  readonly sequence: number;
  /** Numbers of files it may use: one for each day. */
  readonly files: readonly number[];
  readonly nowMillis: number;
};

/** Writes one segment of a day in place of several. */
export type MergeJob = {
  readonly dataDir: string;
  readonly day: number;
  readonly inputs: readonly SegmentEntry[];
  readonly deletions: readonly DeletionEntry[];
  readonly sequence: number;
  readonly file: number;
  readonly kind: 'merged' | 'day';
  readonly rollup: boolean;
  readonly nowMillis: number;
  /** Ids of pushes that came before are left out. */
  readonly pushIdsSinceMillis: number;
};

export type MergedSegments = {
  /** Undefined when nothing is left of the day. */
  readonly segment: SegmentEntry | undefined;
  readonly rollup: SegmentEntry | undefined;
};

/** The long work, on whatever thread. Both reject with an error whose message names the file. */
export type Maintenance = {
  flush(job: FlushJob): Promise<{ readonly segments: readonly SegmentEntry[] }>;
  merge(job: MergeJob): Promise<MergedSegments>;
};
