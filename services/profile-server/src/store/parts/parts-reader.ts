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
import { foldSums } from './fold-sums.ts';
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
   * profiles. `selectProfiles` when left out.
   */
  selectSums?(q: ProfileSelection, guard: QueryGuard): readonly SelectedPart[];
};

/** Every answer that is made of selected profiles, whichever engine found them. */
export function createPartsReader(
  source: PartsSource,
): Omit<ProfileReader, 'tenantStats' | 'stats'> {
  const { query } = source;

  function seriesIn(q: Selection, guard: QueryGuard) {
    return seriesOfParts(source.selectAny(q, guard));
  }

  function selectForMerge(
    q: ProfileSelection,
    mode: MergeMode,
    guard: QueryGuard,
  ): readonly SelectedPart[] {
    const { selectSums } = source;
    if (selectSums === undefined || !addsWholeProfilesUp(q, mode)) {
      return source.selectProfiles(q, guard);
    }
    return selectSums(q, guard);
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
      return query(context, (guard) => activityOf(source.selectAny(q, guard), q.groupBy, guard));
    },

    async mergeTree(q, context) {
      return query(context, (guard) => {
        const parts = selectForMerge(q, q.mode, guard);
        const folded = foldSums(mergeByMode(parts, q.mode, guard), q.frameKey, guard);
        return { ...folded, coverage: coverageOf(parts) };
      });
    },

    async mergeTotal(q, context) {
      return query(context, (guard) =>
        totalOfMerge(selectForMerge(q, q.mode, guard), q.mode, guard),
      );
    },

    async mergeProfile(q, context) {
      return query(context, (guard) => {
        const parts = selectForMerge(q, 'sum', guard);
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
      return query(context, (guard) =>
        bucketedSeriesOf(source.selectProfiles(q, guard, q.function), q, guard),
      );
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
