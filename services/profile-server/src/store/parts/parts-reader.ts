import { reportFunction } from '@emberscope/profile';
import type { ProfileReader } from '../profile-store.ts';
import type {
  FunctionSelector,
  MergeMode,
  ProfileSelection,
  QueryContext,
  Selection,
} from '../selection.ts';
import type { StoreAnswer } from '../store-error.ts';
import { bucketedSeriesOf, descending } from './bucketed-series.ts';
import { createTreeFold } from './fold-trees.ts';
import { functionTimelinesOf } from './function-timelines.ts';
import { mergeByMode } from './merge-modes.ts';
import { mergedTotalOf, totalOfMerge } from './merged-total.ts';
import { comparePoints } from './point-in-time.ts';
import { pointSeriesOf } from './point-series.ts';
import { outlineOfMerge, profileOfSums } from './profile-of-sums.ts';
import type { QueryGuard } from './query-guard.ts';
import { coverageOf, inTimeOrder, type SelectedPart, totalOf } from './selected-parts.ts';
import {
  activityOf,
  labelNamesOf,
  labelSetsOf,
  labelValuesOf,
  profileTypesOf,
  seriesOfParts,
} from './series-metadata.ts';
import type { Series } from './series-registry.ts';
import { singleProfileOf } from './single-profile.ts';
import { stacksHolding } from './stack-marks.ts';
import { bucketsOf } from './time-buckets.ts';

/** How an engine finds what is selected: all that it has to say for its answers. */
export type PartsSource = {
  /** Runs a query in one go, with a guard of its own; or says why it cannot. */
  query<Value>(
    context: QueryContext,
    run: (guard: QueryGuard) => Value,
  ): Promise<StoreAnswer<Value>>;

  /** Profiles of every type, whole (`wholeParts`), a row each. */
  selectAny(q: Selection, guard: QueryGuard): readonly SelectedPart[];

  /** Profiles and samples of one type (`narrowParts`), a row each. */
  selectProfiles(
    q: ProfileSelection,
    guard: QueryGuard,
    holding?: FunctionSelector,
  ): readonly SelectedPart[];

  /**
   * The same profiles for a merge that adds all of their samples up: rows may stand for many
   * profiles. `needs: 'remarks'` where the remarks of each of them count, `'samples'` where not.
   * `selectProfiles` when left out.
   */
  selectSums?(
    q: ProfileSelection,
    guard: QueryGuard,
    needs: 'samples' | 'remarks',
  ): readonly SelectedPart[];

  /**
   * Sums that lie before all that the store shows, for selections with `rollups`; rows stand for
   * many profiles. None when left out.
   */
  selectRollups?(
    q: ProfileSelection,
    guard: QueryGuard,
    per: 'hour' | 'day',
    holding?: FunctionSelector,
  ): readonly SelectedPart[];

  /**
   * Profiles of every type for an account of them: rows may stand for many profiles (with `largest`
   * among their columns) but for the newest of a series. `selectAny` when left out.
   */
  selectActivity?(q: Selection, guard: QueryGuard): readonly SelectedPart[];

  /** Series that have a profile in range; found out of `selectAny` when left out. */
  seriesIn?(q: Selection, guard: QueryGuard): Iterable<Series>;
};

/** Every answer that is made of selected profiles, whichever engine found them. */
export function createPartsReader(
  source: PartsSource,
): Omit<ProfileReader, 'tenantStats' | 'stats'> {
  const { query } = source;
  const foldTrees = createTreeFold();

  function seriesIn(q: Selection, guard: QueryGuard): Iterable<Series> {
    return source.seriesIn?.(q, guard) ?? seriesOfParts(source.selectAny(q, guard));
  }

  function selectForActivity(q: Selection, guard: QueryGuard): readonly SelectedPart[] {
    return source.selectActivity?.(q, guard) ?? source.selectAny(q, guard);
  }

  /** What lies before the retention, if it is asked for and may be added up. */
  function selectRollups(
    q: ProfileSelection,
    mode: MergeMode,
    guard: QueryGuard,
    per: 'hour' | 'day',
    holding?: FunctionSelector,
  ): readonly SelectedPart[] {
    if (q.rollups === undefined || !addsWholeProfilesUp(q, mode)) return [];
    return source.selectRollups?.(q, guard, per, holding) ?? [];
  }

  function selectForMerge(
    q: ProfileSelection,
    mode: MergeMode,
    guard: QueryGuard,
    needs: 'samples' | 'remarks' = 'samples',
  ): readonly SelectedPart[] {
    const { selectSums } = source;
    if (selectSums === undefined || !addsWholeProfilesUp(q, mode)) {
      return source.selectProfiles(q, guard);
    }
    return selectSums(q, guard, needs);
  }

  return {
    async profileTypes(q, context) {
      return query(context, (guard) => profileTypesOf(seriesIn(q, guard)));
    },

    async labelNames(q, context) {
      return query(context, (guard) => labelNamesOf(seriesIn(q, guard)));
    },

    async labelValues(q, context) {
      return query(context, (guard) => labelValuesOf(seriesIn(q, guard), q.name));
    },

    async labelSets(q, context) {
      return query(context, (guard) => labelSetsOf(seriesIn(q, guard), q.labelNames));
    },

    async activity(q, context) {
      return query(context, (guard) => activityOf(selectForActivity(q, guard), q.groupBy, guard));
    },

    async mergeTree(q, context) {
      return query(context, (guard) => {
        const parts = [
          ...selectRollups(q, q.mode, guard, 'day'),
          ...selectForMerge(q, q.mode, guard),
        ];
        const { mode, frameKey, keepNodes = 0 } = q;
        const folded = foldTrees(parts, { mode, frameKey, keepNodes }, guard);
        return { ...folded, coverage: coverageOf(parts) };
      });
    },

    async mergeTotal(q, context) {
      return query(context, (guard) =>
        totalOfMerge(
          [...selectRollups(q, q.mode, guard, 'day'), ...selectForMerge(q, q.mode, guard)],
          q.mode,
          guard,
        ),
      );
    },

    async mergeProfile(q, context) {
      return query(context, (guard) => {
        const parts = selectForMerge(q, 'sum', guard, 'remarks');
        const outline = outlineOfMerge(parts, q.profileType, guard);
        const profile = profileOfSums(outline, mergeByMode(parts, 'sum', guard), guard);
        return { profile, coverage: coverageOf(parts) };
      });
    },

    async mergeFunction(q, context) {
      return query(context, (guard) => {
        const parts = selectForMerge(q, q.mode, guard);
        const merged = mergeByMode(parts, q.mode, guard);
        // A report takes every sample to pieces: it gets only those that have something to say.
        const holding = profileOfSums(
          outlineOfMerge(parts, q.profileType, guard),
          merged,
          guard,
          (sums) => {
            const { marks } = stacksHolding(sums.dictionary.view(), q.function, guard);
            return (slot) => slot > 0 && marks[slot - 1] === 1;
          },
        );
        const values = holding.samples.values[0] ?? new Float64Array(0);
        return {
          report: reportFunction(holding, values, q.function),
          selected: mergedTotalOf(merged, parts, guard),
        };
      });
    },

    async selectSeries(q, context) {
      return query(context, (guard) => {
        const rollups = selectRollups(q, q.mode, guard, 'hour', q.function);
        const parts = [...rollups, ...source.selectProfiles(q, guard, q.function)];
        // A sum of many profiles is no example of any.
        const exemplars = q.exemplars && rollups.length === 0;
        return bucketedSeriesOf(parts, { ...q, exemplars }, guard);
      });
    },

    async selectPoints(q, context) {
      return query(context, (guard) => {
        const profiles = inTimeOrder(source.selectProfiles(q, guard), guard);
        return pointSeriesOf(profiles, q.groupBy, q.per, guard);
      });
    },

    async singleProfiles(q, context) {
      return query(context, (guard) => {
        const profiles = inTimeOrder(source.selectProfiles(q, guard), guard);
        // The sort is stable: of equal ones, the one that came first stands first.
        const ordered = profiles.sort((a, b) =>
          q.order === 'newest' ? comparePoints(b.time, a.time) : descending(totalOf(a), totalOf(b)),
        );
        return {
          profiles: ordered.slice(0, q.limit).map((profile) => singleProfileOf(profile, guard)),
          leftOut: Math.max(0, ordered.length - q.limit),
        };
      });
    },

    async functionTimelines(q, context) {
      return query(context, (guard) => {
        const profiles = inTimeOrder(source.selectProfiles(q, guard), guard);
        const buckets = bucketsOf(profiles, q, guard);
        return functionTimelinesOf(buckets, q.mode, q.limit, guard);
      });
    },
  };
}

/** Whether it is the same to add some profiles up beforehand: none of them is picked or cut down. */
function addsWholeProfilesUp(q: ProfileSelection, mode: MergeMode): boolean {
  const { profileIds, spanIds, traceIds, callSite } = q;
  const isWhole = [profileIds, spanIds, traceIds, callSite].every((only) => only === undefined);
  return isWhole && mode !== 'last';
}
