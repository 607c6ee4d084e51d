import type { LabelSet } from '@emberscope/labels';
import type { ProfileType } from '@emberscope/profile';
import type {
  BucketedSeries,
  FunctionTimelines,
  MergedFunction,
  MergedProfile,
  MergedTotal,
  MergedTree,
  PointSeries,
  SeriesActivity,
  SingleProfiles,
  StoreStats,
  TenantStats,
} from './answers.ts';
import type { DeletionId, TenantId } from './ids.ts';
import type { PushOutcomes, PushSeries } from './push.ts';
import type {
  Buckets,
  FrameKey,
  FunctionSelector,
  MergeMode,
  ProfileSelection,
  QueryContext,
  Selection,
} from './selection.ts';
import type { StoreAnswer } from './store-error.ts';

/*
 * Where profiles rest. Everything above this line of the house speaks to these three interfaces,
 * whichever engine is behind them; `testing/profile-store-suite.ts` says what an engine must do.
 *
 * They deal in columns, never in bytes of a protocol, and do not truncate: encoding and
 * truncation belong to the thread that asks. An engine that keeps its data in workers gives each
 * query worker a `ProfileReader` of its own, so that nothing long runs on the main thread.
 */

export type ProfileWriter = {
  /**
   * Stores what it can of a push and answers once that is as durable as the engine makes it. A
   * query that begins after the answer sees it. Outcomes are per profile: a bad one among them
   * takes nothing else down. A profile whose time is 0 gets the store's.
   */
  push(tenant: TenantId, series: readonly PushSeries[]): Promise<PushOutcomes>;

  /**
   * Hides the selected profiles at once and removes their bytes later. With `range` open, whole
   * series go.
   */
  deleteSeries(selection: Selection): Promise<StoreAnswer<DeletionId>>;
};

export type ProfileReader = {
  /** Types with a profile in range, by id in byte order, each once. */
  profileTypes(q: Selection, context: QueryContext): Promise<StoreAnswer<readonly ProfileType[]>>;

  /** Names of the labels of series with a profile in range, in byte order. */
  labelNames(q: Selection, context: QueryContext): Promise<StoreAnswer<readonly string[]>>;

  /** Values of one label among series with a profile in range, in byte order. */
  labelValues(
    q: Selection & { readonly name: string },
    context: QueryContext,
  ): Promise<StoreAnswer<readonly string[]>>;

  /**
   * Distinct label sets of series with a profile in range, cut down to `labelNames` (all when
   * empty), in the order of `compareLabelSets`. A series with none of the names gives an empty
   * set.
   */
  labelSets(
    q: Selection & { readonly labelNames: readonly string[] },
    context: QueryContext,
  ): Promise<StoreAnswer<readonly LabelSet[]>>;

  /**
   * How much there is of each group of series, and how fresh: for lists of services. `series` puts
   * each label set into a group of its own, with all of its labels by name, in no order.
   */
  activity(
    q: Selection & { readonly groupBy: readonly string[] | 'series' },
    context: QueryContext,
  ): Promise<StoreAnswer<readonly SeriesActivity[]>>;

  /** One call tree of all that is selected. */
  mergeTree(
    q: ProfileSelection & {
      readonly mode: MergeMode;
      readonly frameKey: FrameKey;
      /**
       * Cuts the tree as `truncateCallTree` does with so many nodes: what is cut off need not be
       * made. All of it when left out or 0.
       */
      readonly keepNodes?: number;
    },
    context: QueryContext,
  ): Promise<StoreAnswer<MergedTree>>;

  /** What {@link mergeTree} would come to, for the cost of a walk: nothing is folded. */
  mergeTotal(
    q: ProfileSelection & { readonly mode: MergeMode },
    context: QueryContext,
  ): Promise<StoreAnswer<MergedTotal>>;

  /** One profile of all that is selected, locations and mappings kept; values are sums. */
  mergeProfile(q: ProfileSelection, context: QueryContext): Promise<StoreAnswer<MergedProfile>>;

  /** Running lines, callers and callees of one function. */
  mergeFunction(
    q: ProfileSelection & { readonly function: FunctionSelector; readonly mode: MergeMode },
    context: QueryContext,
  ): Promise<StoreAnswer<MergedFunction>>;

  /**
   * Totals of profiles over time, in {@link Buckets}. A profile's value counts whole, with stacks
   * that have no name.
   *
   * With `function`, only stacks that hold it count. A profile without it counts as 0: in the
   * count of its bucket, in the mean of its series, and as the newest of it. Series that have no
   * profile with it in any bucket are left out.
   *
   * Series come by the sum of their values, largest first, then by labels; `limit` keeps as many
   * (0 for all).
   */
  selectSeries(
    q: ProfileSelection &
      Buckets & {
        readonly groupBy: readonly string[];
        readonly mode: MergeMode;
        readonly limit: number;
        readonly exemplars: boolean;
        readonly function?: FunctionSelector;
      },
    context: QueryContext,
  ): Promise<StoreAnswer<readonly BucketedSeries[]>>;

  /** Totals of single profiles, or of single spans in them: for heat maps. */
  selectPoints(
    q: ProfileSelection & {
      readonly groupBy: readonly string[];
      readonly per: 'profile' | 'span';
    },
    context: QueryContext,
  ): Promise<StoreAnswer<readonly PointSeries[]>>;

  /** Single profiles with their stacks: for lists of event-loop blocks. */
  singleProfiles(
    q: ProfileSelection & { readonly order: 'newest' | 'largest'; readonly limit: number },
    context: QueryContext,
  ): Promise<StoreAnswer<SingleProfiles>>;

  /**
   * Own cost of functions over time, in {@link Buckets}: for what grows. The functions are those with the largest cost in any bucket, at most `limit`.
   */
  functionTimelines(
    q: ProfileSelection & Buckets & { readonly mode: MergeMode; readonly limit: number },
    context: QueryContext,
  ): Promise<StoreAnswer<FunctionTimelines>>;

  tenantStats(
    tenants: readonly [TenantId, ...TenantId[]],
    context: QueryContext,
  ): Promise<StoreAnswer<TenantStats>>;
};

/** A store as its owner holds it. */
export type ProfileStore = ProfileWriter &
  ProfileReader & {
    /** Opens, recovers and starts what runs in the background; rejects with a clear sentence. */
    start(): Promise<void>;
    stats(): Promise<StoreStats>;
    /** True once everything that was acknowledged before is visible again. */
    isReady(): boolean;
    /** Finishes what was accepted and lets go of files and threads. */
    stop(): Promise<void>;
  };
