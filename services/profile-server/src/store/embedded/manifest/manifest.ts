/** What counts on the disk, and nothing else does. */
export type Manifest = {
  readonly version: 1;
  /** Grows with every commit. */
  readonly sequence: number;
  /** The oldest generation of the log that is not in a segment. */
  readonly logFloor: number;
  /** The next number that a segment's file gets. */
  readonly nextFile: number;
  /** More than every profile's that was ever in a segment. */
  readonly nextArrival: number;
  readonly segments: readonly SegmentEntry[];
  readonly rollups: readonly SegmentEntry[];
  readonly deletions: readonly DeletionEntry[];
};

/** A segment file by what must be known without opening it. */
export type SegmentEntry = {
  /** Below the data directory, with `/`: `2026-11-22/000017.seg`. */
  readonly file: string;
  /** `flush`: as it came. `merged`: several in one. `day`: of a whole day that is over. */
  readonly kind: 'flush' | 'merged' | 'day' | 'rollup';
  /** Days since 1970-01-01, UTC. All its profiles are of this day. */
  readonly day: number;
  readonly sizeBytes: number;
  /** crc32 of the directory page as stored. */
  readonly directoryCrc: number;
  readonly profileCount: number;
  /** Of its profiles, in ms since the epoch, rounded outwards. */
  readonly oldestMillis: number;
  readonly newestMillis: number;
  readonly firstArrival: number;
  readonly lastArrival: number;
  /** `sequence` of the manifest that brought it: deletions up to that one are in it already. */
  readonly sequence: number;
  /** The newest arrival of a push id in it, in ms since the epoch; 0 when there is none. */
  readonly newestPushIdMillis: number;
};

/** Profiles that were deleted and whose bytes are still there. */
export type DeletionEntry = {
  readonly id: string;
  readonly sequence: number;
  /** Only profiles that had arrived before. */
  readonly beforeArrival: number;
  readonly tenants: readonly string[];
  readonly matchers: readonly DeletionMatcher[];
  /** Decimal nanoseconds since the epoch, both ends included. */
  readonly startNanos: string;
  readonly endNanos: string;
  readonly createdMillis: number;
};

export type DeletionMatcher = {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
};
