import { reportFunction } from '@emberscope/profile';
import type { StoreStats } from '../answers.ts';
import type { DeletionId } from '../ids.ts';
import { bucketedSeriesOf, descending } from '../parts/bucketed-series.ts';
import { foldSums } from '../parts/fold-sums.ts';
import { functionTimelinesOf } from '../parts/function-timelines.ts';
import { mergeByMode } from '../parts/merge-modes.ts';
import { mergedTotalOf, totalOfMerge } from '../parts/merged-total.ts';
import { comparePoints } from '../parts/point-in-time.ts';
import { pointSeriesOf } from '../parts/point-series.ts';
import { outlineOfMerge, profileOfSums } from '../parts/profile-of-sums.ts';
import { answer, type QueryGuard } from '../parts/query-guard.ts';
import { coverageOf, inTimeOrder, totalOf } from '../parts/selected-parts.ts';
import {
  activityOf,
  labelNamesOf,
  labelSetsOf,
  labelValuesOf,
  profileTypesOf,
  seriesOfParts,
} from '../parts/series-metadata.ts';
import { singleProfileOf } from '../parts/single-profile.ts';
import { stacksHolding } from '../parts/stack-marks.ts';
import { bucketsOf } from '../parts/time-buckets.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { QueryContext } from '../selection.ts';
import type { StoreAnswer, StoreError } from '../store-error.ts';
import { createHead, type DroppedProfiles } from './head.ts';
import { MEMORY_LIMIT_BYTES, MEMORY_LIMIT_MIN_BYTES } from './memory-limit.ts';
import { selectAny, selectProfiles } from './select-profiles.ts';

export type MemoryStoreOptions = {
  readonly nowMillis: () => number;
  /** What profiles may take in memory, by the store's own estimate. */
  readonly limitBytes?: number;
  /** New series of a tenant beyond this are refused. */
  readonly maxSeries?: number;
  /** Older profiles are refused, and go when they become it; never when left out. */
  readonly retentionNanos?: bigint;
  /** Told whenever acknowledged profiles had to go for newer ones: a line for the log. */
  readonly onDrop?: (dropped: DroppedProfiles) => void;
};

/** What only a store in memory has to say. */
export type MemoryStoreStats = StoreStats & {
  readonly engine: 'memory';
  readonly durability: 'lost-at-restart';
  readonly memoryLimitBytes: number;
  /** Profiles that were acknowledged and had to go for newer ones, since the start. */
  readonly droppedProfileCount: number;
};

export type MemoryStore = Omit<ProfileStore, 'stats'> & {
  stats(): Promise<MemoryStoreStats>;
};

/** Live series of a tenant when the owner names no limit: that of the design's table of bounds. */
export const MAX_SERIES = 50_000;

const EXPIRE_EVERY_MILLIS = 1000;

/**
 * A store that keeps profiles in memory, within a limit of bytes, and loses them when its process
 * ends. When the limit is reached, the profiles that came first go, an eighth of the limit at a
 * time; `stats` counts them and `onDrop` is told. Nothing else that was acknowledged is lost before
 * its retention ends.
 *
 * Its work is done within the call, so a large query holds its thread: it belongs into a worker.
 * Throws a RangeError for a limit below {@link MEMORY_LIMIT_MIN_BYTES}.
 */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const { nowMillis, limitBytes = MEMORY_LIMIT_BYTES, retentionNanos } = options;
  if (!(limitBytes >= MEMORY_LIMIT_MIN_BYTES)) {
    throw new RangeError(
      `a memory limit of ${limitBytes} bytes; it must be ${MEMORY_LIMIT_MIN_BYTES} at least`,
    );
  }
  const head = createHead({
    nowMillis,
    limitBytes,
    maxSeries: options.maxSeries ?? MAX_SERIES,
    retentionNanos,
    onDrop: options.onDrop ?? (() => {}),
  });
  let isRunning = false;
  let expiredMillis = Number.NEGATIVE_INFINITY;

  /** For pushes, which see nothing of what has expired: they come by the hundred a second. */
  function expireNowAndThen(): void {
    const now = nowMillis();
    if (now >= expiredMillis && now - expiredMillis < EXPIRE_EVERY_MILLIS) return;
    expiredMillis = now;
    head.expire();
  }

  async function query<Value>(
    context: QueryContext,
    run: (guard: QueryGuard) => Value,
  ): Promise<StoreAnswer<Value>> {
    if (!isRunning) return { ok: false, error: NOT_RUNNING };
    head.expire();
    return answer(context, nowMillis, run);
  }

  return {
    async start() {
      isRunning = true;
    },
    isReady: () => isRunning,
    async stop() {
      isRunning = false;
      head.clear();
    },

    async push(tenant, series) {
      if (!isRunning) {
        const outcome = {
          kind: 'refused',
          refusal: { kind: 'store', error: NOT_RUNNING },
        } as const;
        return series.map(({ profiles }) => profiles.map(() => outcome));
      }
      expireNowAndThen();
      return series.map(({ labels, profiles }) =>
        profiles.map((profile) => head.push(tenant, labels, profile)),
      );
    },

    async deleteSeries(selection) {
      return query({ signal: new AbortController().signal }, (guard) => {
        for (const part of selectAny(head, selection, guard)) {
          for (const row of part.rows) head.removeType(part, row, part.type);
        }
        head.forgetSpentBlocks();
        // Nothing is left to be done later that the id would have to find again.
        return crypto.randomUUID() as DeletionId;
      });
    },

    async profileTypes(q, context) {
      return query(context, (guard) => profileTypesOf(seriesOfParts(selectAny(head, q, guard))));
    },

    async labelNames(q, context) {
      return query(context, (guard) => labelNamesOf(seriesOfParts(selectAny(head, q, guard))));
    },

    async labelValues(q, context) {
      return query(context, (guard) =>
        labelValuesOf(seriesOfParts(selectAny(head, q, guard)), q.name),
      );
    },

    async labelSets(q, context) {
      return query(context, (guard) =>
        labelSetsOf(seriesOfParts(selectAny(head, q, guard)), q.labelNames),
      );
    },

    async activity(q, context) {
      return query(context, (guard) => activityOf(selectAny(head, q, guard), q.groupBy, guard));
    },

    async mergeTree(q, context) {
      return query(context, (guard) => {
        const parts = selectProfiles(head, q, guard);
        const folded = foldSums(mergeByMode(parts, q.mode, guard), q.frameKey, guard);
        return { ...folded, coverage: coverageOf(parts) };
      });
    },

    async mergeTotal(q, context) {
      return query(context, (guard) => totalOfMerge(selectProfiles(head, q, guard), q.mode, guard));
    },

    async mergeProfile(q, context) {
      return query(context, (guard) => {
        const parts = selectProfiles(head, q, guard);
        const outline = outlineOfMerge(parts, q.profileType, guard);
        const profile = profileOfSums(outline, mergeByMode(parts, 'sum', guard), guard);
        return { profile, coverage: coverageOf(parts) };
      });
    },

    async mergeFunction(q, context) {
      return query(context, (guard) => {
        const parts = selectProfiles(head, q, guard);
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
        const parts = selectProfiles(head, q, guard, q.function);
        return bucketedSeriesOf(parts, q, guard);
      });
    },

    async selectPoints(q, context) {
      return query(context, (guard) =>
        pointSeriesOf(inTimeOrder(selectProfiles(head, q, guard), guard), q.groupBy, q.per, guard),
      );
    },

    async singleProfiles(q, context) {
      return query(context, (guard) => {
        const profiles = inTimeOrder(selectProfiles(head, q, guard), guard);
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
        const profiles = inTimeOrder(selectProfiles(head, q, guard), guard);
        const buckets = bucketsOf(profiles, q, guard);
        return functionTimelinesOf(buckets, q.mode, q.limit, guard);
      });
    },

    async tenantStats(tenants, context) {
      return query(context, () => {
        const times = head.timesOf(tenants);
        if (times === undefined) return { kind: 'nothing-ingested' };
        return { kind: 'ingested', ...times };
      });
    },

    async stats() {
      head.expire();
      const times = head.timesOf(head.tenants());
      return {
        engine: 'memory',
        seriesCount: head.seriesCount(),
        profileCount: head.profileCount(),
        oldestNanos: times?.oldestNanos,
        newestNanos: times?.newestNanos,
        memoryBytes: head.bytes(),
        memoryLimitBytes: limitBytes,
        droppedProfileCount: head.droppedProfileCount(),
        diskBytes: 0,
        retentionNanos,
        durability: 'lost-at-restart',
      };
    },
  };
}

const NOT_RUNNING: StoreError = {
  kind: 'unavailable',
  reason: 'the store in memory has not been started, or has stopped',
  retryAfterSeconds: 1,
};
