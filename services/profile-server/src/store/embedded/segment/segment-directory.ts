import type { ValueType } from '@emberscope/profile';
import type { RowCounts } from '../codec/dictionary-rows.ts';
import type { RemarksRecord } from '../codec/log-records.ts';

/** Offset in the file, bytes there, bytes when inflated, crc32 of those there, codec (`CODEC`). */
export type PageRef = readonly [
  offset: number,
  storedBytes: number,
  rawBytes: number,
  crc32: number,
  codec: 0 | 1 | 2 | 3,
];

/** What is in a segment file, as the JSON of its directory says it. */
export type SegmentDirectory = {
  readonly version: 1;
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  readonly isRollup: boolean;
  readonly epochs: readonly EpochDirectory[];
  readonly tables: readonly TableDirectory[];
  /** Tenants (t) with ids (16) and arrivals (ms since the epoch, v) of pushes: `push-ids-page`. */
  readonly pushIds: { readonly page: PageRef; readonly count: number } | undefined;
};

/** The rows that one dictionary got in this segment: `[before, after)`. */
export type EpochDirectory = {
  readonly tenant: string;
  readonly service: string;
  readonly day: number;
  readonly ordinal: number;
  readonly before: RowCounts;
  readonly after: RowCounts;
  readonly page: PageRef;
};

/** Profiles of one epoch and one kind. */
export type TableDirectory = {
  /** Place in `epochs`. An epoch that only adds rows, or none, is listed there as well. */
  readonly epoch: number;
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType | undefined;
  readonly streams: StreamColumns;
  /** Distinct remarks; rows refer to them by place. Place 0 is "none", and there with empty texts. */
  readonly remarks: readonly RemarksRecord[];
  readonly levels: readonly LevelDirectory[];
};

/** The streams of a table, by place: sorted by their labels. All columns have a cell for each. */
export type StreamColumns = {
  /** Names and values in turn. */
  readonly labels: readonly (readonly string[])[];
  readonly profileCount: readonly number[];
  /** In ms since the epoch, rounded outwards. */
  readonly oldestMillis: readonly number[];
  readonly newestMillis: readonly number[];
  /** Bit for each sample type that any of its profiles has a value of; of type 32 that of type 0. */
  readonly typeBits: readonly number[];
};

export type LevelName = 'profile' | 'hour' | 'day';

/** Rows of one level, sorted by stream, time, arrival. */
export type LevelDirectory = {
  readonly level: LevelName;
  readonly rowCount: number;
  /**
   * Column by column: stream (difference to the row before, v); time in ms (zigzag, to the row
   * before of the same stream, else to the start of the day), nanoseconds on top (v), number of
   * profiles less one (v). The time of a sum is that of its earliest profile.
   */
  readonly keys: PageRef;
  /** A page for each sample type: totals, v. */
  readonly totals: readonly PageRef[];
  /** A page for each sample type: the largest profile's total, v. Absent at level `profile`. */
  readonly largest: readonly PageRef[];
  /** Sums, zigzag. */
  readonly durations: PageRef;
  /** The largest, zigzag. */
  readonly periods: PageRef;
  /** Places in `remarks`, v; of sums that of the earliest profile. */
  readonly remarks: PageRef;
  /** 16 bytes each. Level `profile` alone. */
  readonly ids: PageRef | undefined;
  /** Zigzag, to the row before. Level `profile` alone. */
  readonly arrivals: PageRef | undefined;
  readonly blocks: BlockColumns;
};

/**
 * Runs of rows whose samples share pages, of ids and of columns all by row or all by stack. All
 * columns have a cell for each block.
 */
export type BlockColumns = {
  /** The row that it begins with; it goes to the next one's. */
  readonly firstRow: readonly number[];
  readonly ids: readonly PageRef[];
  /** For each sample type a page for each block. */
  readonly columns: readonly (readonly PageRef[])[];
  /** Rows without tracing are a 0 on it. Undefined where no sample of the block has any. */
  readonly tracing: readonly (PageRef | null)[];
};
