import type { GenerationView } from '../log/log-chunk.ts';
import type { DeletionEntry, SegmentEntry } from '../manifest/manifest.ts';
import type { Deflate } from '../segment/deflate-page.ts';

export type FlushJob = {
  readonly dataDir: string;
  readonly generation: GenerationView;
  /** What was deleted and may still be in the generation. */
  readonly deletions: readonly DeletionEntry[];
  /** Of the manifest that the deletions are from. */
  readonly sequence: number;
  /** Numbers of files that it may use: as many as there are days in the generation (`daysOf`). */
  readonly files: readonly number[];
  readonly nowMillis: number;
};

export type FlushResult = {
  /**
   * One for each day that has a profile left, or rows of a dictionary: what comes in later refers to
   * those, so a segment may be there for them alone (`profileCount` is 0 then).
   */
  readonly segments: readonly SegmentEntry[];
  /** Profiles whose bytes cannot be read. They are left out, all others are kept. */
  readonly damagedProfiles: number;
  /** Other records that cannot be read. */
  readonly damagedRecords: number;
};

export type MaintenanceOptions = {
  /** Default: off the event loop. */
  readonly deflate?: Deflate;
};

export type MergeJob = {
  readonly dataDir: string;
  readonly day: number;
  /** Segments of that day; all of them, for a roll-up that is made of them. */
  readonly inputs: readonly SegmentEntry[];
  /** What was deleted and may still be in the inputs. */
  readonly deletions: readonly DeletionEntry[];
  /** Of the manifest that the deletions are from. */
  readonly sequence: number;
  /** The number of the file that it writes; a roll-up has it too, in a folder of its own. */
  readonly file: number;
  /**
   * `day`: the day is over, and has sums of the whole of it. `rollup`: the input is a roll-up whose
   * day has gone; it is written again without what was deleted.
   */
  readonly kind: 'merged' | 'day' | 'rollup';
  readonly rollup: boolean;
  readonly nowMillis: number;
  /** Ids of pushes that came before are left out. */
  readonly pushIdsSinceMillis: number;
};

export type MergeResult = {
  /** Undefined when nothing is left, not even rows of a dictionary. */
  readonly segment: SegmentEntry | undefined;
  /** Undefined when none was asked for, or nothing is left. */
  readonly rollup: SegmentEntry | undefined;
};

/** A flush is to be fast: what it writes is merged within the day. */
export const FLUSH_DEFLATE_LEVEL = 1;

/** Read more often than it is written: 5 % less for three times the work. */
export const MERGE_DEFLATE_LEVEL = 6;
