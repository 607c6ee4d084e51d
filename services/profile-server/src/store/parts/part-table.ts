import type { Int64Column } from '@emberscope/profile';
import type { StackDictionary } from '../dictionary/dictionary.ts';
import type { ProfileId } from '../ids.ts';
import type { ProfileKind } from './profile-kind.ts';
import type { ProfileRemarks } from './profile-remarks.ts';
import type { StreamRows } from './series-registry.ts';
import type { SampleTracing } from './tracing-rows.ts';
import type { WantedIds } from './wanted-ids.ts';

/**
 * What an engine hands out: profiles of one kind over one dictionary, a row each. Answers are made of
 * these, so an engine only has to say which rows are selected, and to read them.
 *
 * Objects that are keys while a query runs: `dictionary` and `registry`, of which tables may share
 * one, and the `Series` in the latter. A series is one object in all tables that have a row of it.
 */
export type PartTable = {
  readonly kind: ProfileKind;
  /** What stacks of samples refer to. */
  readonly dictionary: StackDictionary;
  /** What cells of `columns.stream` refer to. */
  readonly registry: StreamRows;
  readonly columns: RowColumns;
  idAt(row: number): ProfileId;
  isIdWanted(row: number, wanted: WantedIds): boolean;
  /** Equal ones as one object, as far as that costs little; of many profiles, the first one's. */
  remarksAt(row: number): ProfileRemarks;
  samplesOf(row: number, type: number): SampleRun;
  /** Says that no more samples are wanted for now: what they were read into may serve others. */
  readonly done?: () => void;
};

/**
 * A cell for each row of a table. Each property may be a getter that reads its column when it is
 * first asked for: walks take a column once, and only those that they need.
 */
export type RowColumns = {
  readonly stream: Int32Array;
  /** With `timeNanosOnTop`, a point in time (`point-in-time`); the earliest of many profiles. */
  readonly timeMillis: Float64Array;
  readonly timeNanosOnTop: Int32Array;
  /** Grows with each profile of the store: what came first among equal times. */
  readonly arrival: Float64Array;
  /** The sum of those of many profiles. */
  readonly durationNanos: Int64Column;
  /** The largest of those of many profiles. */
  readonly period: Int64Column;
  /** A column for each sample type of the kind; a row without a value of it has 0. */
  readonly totals: readonly Int64Column[];
  /** The largest profile of each row, as `totals`; left out where that is the row's own total. */
  readonly largest?: readonly Int64Column[];
  /**
   * Undefined when every row is one profile. Else a row is the sum of so many profiles, at least
   * one, of one stream.
   */
  readonly profileCount: Int32Array | undefined;
};

/**
 * The samples of one row: cells `start` to `end` (excluded) of each column. The object and its
 * columns are good until the table is asked for the next run.
 */
export type SampleRun = {
  /** Rows of the dictionary's stacks, or `NO_STACK`. */
  readonly stack: Int32Array;
  /** Of one sample type; none is negative, and 0 is as good as no sample. */
  readonly values: Int64Column;
  /** Rows of `tracingRows`, or `NO_TRACING`; undefined when no sample has a span or a trace. */
  readonly tracing: Int32Array | undefined;
  /** Never changed while a query runs: what is found out of it is kept by the object. */
  readonly tracingRows: SampleTracing;
  readonly start: number;
  readonly end: number;
};

/** How many profiles some rows stand for. */
export function profilesInRows(
  { profileCount }: Pick<RowColumns, 'profileCount'>,
  rows: ArrayLike<number>,
): number {
  if (profileCount === undefined) return rows.length;
  let count = 0;
  for (let i = 0; i < rows.length; i++) count += profileCount[rows[i] ?? 0] ?? 0;
  return count;
}
