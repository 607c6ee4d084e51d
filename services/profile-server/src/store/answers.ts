import type { LabelSet } from '@emberscope/labels';
import type { CallTree, FunctionReport, Int64Column, Profile } from '@emberscope/profile';
import type { UnixNanos } from '@emberscope/units';
import type { ProfileId, SpanId, TraceId } from './ids.ts';

/** What a merge was made of. */
export type Coverage = {
  readonly profileCount: number;
  readonly seriesCount: number;
  /**
   * The time that the profiles say they cover, summed over the profiles. A minute of two instances
   * is two minutes; profiles without a duration (heap) count nothing.
   */
  readonly coveredNanos: bigint;
};

/** A merged call tree, sums exact: all of it, or cut to what was asked for. */
export type MergedTree = {
  readonly tree: CallTree;
  /** The value of stacks without any name: not in the tree, but in every series. */
  readonly unnamed: bigint;
  readonly coverage: Coverage;
};

/** What a merge comes to, without its stacks. */
export type MergedTotal = {
  /** The value of everything, with stacks that have no name. */
  readonly total: bigint;
  /** The part of it whose stacks have no name. */
  readonly unnamed: bigint;
  readonly coverage: Coverage;
};

/** A merged profile with mappings, addresses and lines: what pprof needs. One sample type. */
export type MergedProfile = {
  readonly profile: Profile;
  readonly coverage: Coverage;
};

/** Where a function's cost lies: running lines, callers, callees. */
export type MergedFunction = {
  readonly report: FunctionReport;
  /** All that was selected, to take shares of. */
  readonly selected: MergedTotal;
};

export type LabelPair = { readonly name: string; readonly value: string };

/** One profile (or one span's part of it) as an example of a point. */
export type Exemplar = {
  readonly timeNanos: UnixNanos;
  readonly profileId: ProfileId;
  readonly spanId?: SpanId;
  readonly traceId?: TraceId;
  readonly value: bigint;
  /** The labels of its series, without those that the request grouped by. */
  readonly labels: LabelSet;
};

/**
 * Values over time of one group of series. Columns have `length` cells, one for each bucket that
 * has a profile, oldest first; empty buckets are left out.
 */
export type BucketedSeries = {
  /** The labels grouped by that exist, in the order of the request. */
  readonly labels: readonly LabelPair[];
  readonly length: number;
  /** The right edge of the bucket, ms since the epoch. */
  readonly edgeMillis: Float64Array;
  readonly value: Int64Column;
  readonly profileCount: Int32Array;
  /** The largest profile of each bucket, when asked for. */
  readonly exemplars: readonly Exemplar[];
};

/** Single profiles (or spans) of one group of series, oldest first, as columns of `length`. */
export type PointSeries = {
  readonly labels: readonly LabelPair[];
  readonly length: number;
  readonly timeNanos: BigInt64Array;
  readonly value: Int64Column;
  readonly profileId: readonly ProfileId[];
  /** One for each point when points are spans, else empty. */
  readonly spanId: readonly SpanId[];
};

/** One stored profile of one type, whole. */
export type SingleProfile = {
  readonly profileId: ProfileId;
  readonly labels: LabelSet;
  readonly timeNanos: UnixNanos;
  readonly durationNanos: bigint;
  readonly total: bigint;
  /** Its stacks; one sample type. */
  readonly profile: Profile;
};

export type SingleProfiles = {
  readonly profiles: readonly SingleProfile[];
  /** How many more there are than the limit let through. */
  readonly leftOut: number;
};

/** Values of one function over time; `values[i]` belongs to `edgeMillis[i]` of the answer. */
export type FunctionTimeline = {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Own cost (not what it called), 0 where there was none. */
  readonly self: Int64Column;
};

export type FunctionTimelines = {
  /** Right edges of all buckets that have a profile, ms since the epoch, oldest first. */
  readonly edgeMillis: Float64Array;
  /** The value of everything in each bucket. */
  readonly total: Int64Column;
  readonly functions: readonly FunctionTimeline[];
  /** How many functions the limit left out. */
  readonly leftOut: number;
};

/** What is known of a group of series without reading a profile. */
export type SeriesActivity = {
  /** The labels grouped by that exist, in the order of the request. */
  readonly labels: readonly LabelPair[];
  readonly seriesCount: number;
  readonly profileCount: number;
  readonly oldestNanos: UnixNanos;
  readonly newestNanos: UnixNanos;
  /** The time that the profiles say they cover, summed over the profiles, as in {@link Coverage}. */
  readonly coveredNanos: bigint;
  /** The sum of the profiles' values: of use where a group is of one profile type. */
  readonly total: bigint;
  /** The value of the largest profile. */
  readonly largest: bigint;
};

/** What a tenant has. */
export type TenantStats =
  | { readonly kind: 'nothing-ingested' }
  | {
      readonly kind: 'ingested';
      readonly oldestNanos: UnixNanos;
      readonly newestNanos: UnixNanos;
    };

/** What a store holds and how full it is: for metrics and the status page. */
export type StoreStats = {
  readonly engine: string;
  /** Like profiles: deleted ones may be counted until their bytes are gone. */
  readonly seriesCount: number;
  readonly profileCount: number;
  readonly oldestNanos: UnixNanos | undefined;
  readonly newestNanos: UnixNanos | undefined;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** How long profiles are kept; `undefined` for ever. */
  readonly retentionNanos: bigint | undefined;
  /** What happens to the data at a restart. */
  readonly durability: 'lost-at-restart' | 'durable';
};
