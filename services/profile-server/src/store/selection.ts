import type { Matcher } from '@emberscope/labels';
import type { ProfileType } from '@emberscope/profile';
import type { UnixNanos } from '@emberscope/units';
import type { ProfileId, SpanId, TenantId, TraceId } from './ids.ts';

/** Points in time, both ends included. */
export type NanosRange = {
  readonly startNanos: UnixNanos;
  readonly endNanos: UnixNanos;
};

/** Which series, and when. */
export type Selection = {
  /** At least one. Answers of several are merged as if they were one tenant's. */
  readonly tenants: readonly [TenantId, ...TenantId[]];
  readonly range: NanosRange;
  /**
   * All must match; none match everything. They see the labels of the series and those that the
   * store adds: `__profile_type__`, `__type__`, `__unit__`, `__period_type__`, `__period_unit__`
   * and `__service_name__`.
   */
  readonly matchers: readonly Matcher[];
};

/** Which profiles of one type, and which of their samples. */
export type ProfileSelection = Selection & {
  readonly profileType: Omit<ProfileType, 'id'>;
  /** Only these profiles; all when left out. */
  readonly profileIds?: readonly ProfileId[];
  /** Only samples of any of these spans. Not together with `traceIds`. */
  readonly spanIds?: readonly SpanId[];
  /** Only samples of any of these traces. */
  readonly traceIds?: readonly TraceId[];
  /** Only stacks that begin with these reported names, root first. */
  readonly callSite?: readonly string[];
  /**
   * Whether hours that are older than any profile is kept are answered from the sums that an engine
   * may keep of them: by function, without lines, whole hours alone. For `mergeTree`, `mergeTotal`
   * and `selectSeries`, in modes `sum` and `average`; others see no more than without it.
   */
  readonly rollups?: 'before-retention';
};

/**
 * Pieces of a range. Bucket 0 has its right edge at `firstEdgeNanos` and takes all of the range up
 * to there; the others are `(edge - step, edge]`, edges not aligned to the epoch, the last of them
 * not behind the end of the range. What lies behind the last edge is left out.
 */
export type Buckets = {
  /** Within the range. At its end, there is one bucket of everything. */
  readonly firstEdgeNanos: UnixNanos;
  readonly stepMillis: number;
};

/**
 * How profiles of different moments become one.
 *
 * `sum` adds them up: right for what was spent (CPU, allocations), and what Pyroscope does with
 * everything. `average` takes the mean of each series and adds the series up, `last` the newest
 * profile of each series: both right for what is held (memory in use), which a sum would count
 * once for every profile. Means are rounded to the nearest integer, halves up, for each stack.
 */
export type MergeMode = 'sum' | 'average' | 'last';

/**
 * What tells two frames apart: the name as the agent reported it (Pyroscope's APIs), or function,
 * file and line of definition as a person says them (our page).
 */
export type FrameKey = 'reported-name' | 'source-function';

/** A function as `source-function` frames name it. */
export type FunctionSelector = {
  readonly name: string;
  readonly file: string;
  /** Of the definition; 0 when unknown. */
  readonly line: number;
};

/** What ends a query early. */
export type QueryContext = {
  /** Asked again and again: an `AbortSignal`, or what looks at memory that other threads write. */
  readonly signal: { readonly aborted: boolean };
  /** On the clock the store was given, in ms since the epoch. */
  readonly deadlineMillis?: number;
};
