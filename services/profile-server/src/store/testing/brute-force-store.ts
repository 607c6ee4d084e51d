import { randomUUID } from 'node:crypto';
import {
  compareLabelSets,
  filterLabels,
  LABEL,
  type LabelSet,
  labelValue,
} from '@emberscope/labels';
import {
  createInt64ColumnBuilder,
  createProfileBuilder,
  foldStacks,
  framesByFunction,
  framesByName,
  type Int64Column,
  int64At,
  type Profile,
  parseProfileType,
  reportFunction,
  selfByStack,
  truncateCallTree,
} from '@emberscope/profile';
import { compareUtf8, type UnixNanos, unixNanos } from '@emberscope/units';
import type {
  BucketedSeries,
  Exemplar,
  FunctionTimeline,
  MergedTotal,
  PointSeries,
} from '../answers.ts';
import type { DeletionId, ProfileId, PushId, SpanId, TenantId } from '../ids.ts';
import { profileId } from '../ids.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { PushOutcome, PushProfile, PushSeries } from '../push.ts';
import type {
  FunctionSelector,
  MergeMode,
  ProfileSelection,
  QueryContext,
  Selection,
} from '../selection.ts';
import type { StoreAnswer } from '../store-error.ts';
import { type Bucket, bucketsOf, groupBy, otherLabels } from './bucket-stored.ts';
import { coverageOf, mergeStored, profileTotal, sumOfTotals, totalOf } from './merge-stored.ts';
import {
  isSelected,
  keepSamples,
  type StoredProfile,
  selectProfiles,
  storedProfilesOf,
  tracingOf,
} from './stored-profile.ts';

export type BruteForceOptions = {
  readonly nowMillis: () => number;
  /** New series of a tenant beyond this are refused. */
  readonly maxSeries?: number;
  /** Older profiles are refused; for ever when left out. */
  readonly retentionNanos?: bigint;
  /** What is in it from the start. Default: nothing. */
  readonly stored?: readonly StoredProfile[];
};

const DAY_MILLIS = 86_400_000;

/**
 * A store that keeps profiles in a list and computes every answer from scratch: slow, and plain
 * enough to be believed. It is what other engines are compared with, and a double for tests of what
 * stands on a store. Nothing survives it.
 */
export function createBruteForceStore(options: BruteForceOptions): ProfileStore {
  let stored: readonly StoredProfile[] = options.stored ?? [];
  /** By tenant and id, when it came. */
  const pushIds = new Map<string, number>();
  let isStarted = false;

  function pushOne(tenant: TenantId, labels: LabelSet, pushed: PushProfile): PushOutcome {
    const nowNanos = BigInt(Math.trunc(options.nowMillis())) * 1_000_000n;
    const { retentionNanos, maxSeries = Number.POSITIVE_INFINITY } = options;
    const timeNanos =
      pushed.profile.timeNanos === 0n ? unixNanos(nowNanos) : pushed.profile.timeNanos;
    const key = pushed.pushId === undefined ? undefined : pushKey(tenant, pushed.pushId);
    const sentMillis = key === undefined ? undefined : pushIds.get(key);
    if (sentMillis !== undefined && options.nowMillis() - sentMillis < DAY_MILLIS) {
      return { kind: 'duplicate' };
    }
    if (retentionNanos !== undefined && timeNanos < nowNanos - retentionNanos) {
      const reason = `a profile of ${timeNanos} ns is older than the retention`;
      return { kind: 'refused', refusal: { kind: 'older-than-retention', reason } };
    }
    const id = profileId(randomUUID());
    const rows = storedProfilesOf(tenant, id, labels, { ...pushed.profile, timeNanos });
    if (rows.length === 0) return { kind: 'empty' };
    const series = liveSeries(tenant);
    if (!series.has(labels.key) && series.size >= maxSeries) {
      const reason = `there are ${series.size} series; the limit is ${maxSeries}`;
      return {
        kind: 'refused',
        refusal: { kind: 'too-many-series', reason, limitSeries: maxSeries },
      };
    }
    if (key !== undefined) pushIds.set(key, options.nowMillis());
    stored = [...stored, ...rows];
    return { kind: 'stored', profileId: id };
  }

  /** Runs a query unless it was ended before it began. */
  function answer<Value>(
    { signal, deadlineMillis }: QueryContext,
    run: () => Value,
  ): StoreAnswer<Value> {
    if (signal.aborted) {
      return { ok: false, error: { kind: 'cancelled', reason: 'the query was cancelled' } };
    }
    if (deadlineMillis !== undefined && options.nowMillis() >= deadlineMillis) {
      const reason = `the deadline was ${deadlineMillis} ms since the epoch`;
      return { ok: false, error: { kind: 'deadline-exceeded', reason } };
    }
    return ok(run());
  }

  /** Series that have a profile: a series that lost all of them makes room for another. */
  const liveSeries = (tenant: TenantId) =>
    new Set(stored.filter((each) => each.tenant === tenant).map(({ pushedKey }) => pushedKey));

  /** The profiles of a metadata query. */
  const matching = (q: Selection) => stored.filter((each) => isSelected(each, q));

  return {
    async start() {
      isStarted = true;
    },
    isReady: () => isStarted,
    async stop() {
      isStarted = false;
    },

    async push(tenant: TenantId, series: readonly PushSeries[]) {
      return series.map(({ labels, profiles }) =>
        profiles.map((profile) => pushOne(tenant, labels, profile)),
      );
    },

    async deleteSeries(selection) {
      stored = stored.filter((each) => !isSelected(each, selection));
      return ok(randomUUID() as DeletionId);
    },

    async profileTypes(q, context) {
      return answer(context, () => {
        const ids = new Set(matching(q).map(({ labels }) => labelValue(labels, LABEL.profileType)));
        return [...ids].sort(compareUtf8).flatMap((id) => {
          const parsed = parseProfileType(id);
          return parsed.ok ? [parsed.profileType] : [];
        });
      });
    },

    async labelNames(q, context) {
      return answer(context, () => {
        const names = matching(q).flatMap(({ labels }) => labels.labels.map(({ name }) => name));
        return [...new Set(names)].sort(compareUtf8);
      });
    },

    async labelValues(q, context) {
      return answer(context, () => {
        const values = matching(q).map(({ labels }) => labelValue(labels, q.name));
        return [...new Set(values)].filter((value) => value !== '').sort(compareUtf8);
      });
    },

    async labelSets(q, context) {
      return answer(context, () => {
        const isKept = (name: string) => q.labelNames.length === 0 || q.labelNames.includes(name);
        const sets = matching(q).map(({ labels }) => filterLabels(labels, isKept));
        return [...new Map(sets.map((set) => [set.key, set])).values()].sort(compareLabelSets);
      });
    },

    async activity(q, context) {
      return answer(context, () =>
        activityGroups(matching(q), q.groupBy).map(({ labels, profiles }) => ({
          labels,
          ...countsOf(profiles),
          coveredNanos: coverageOf(profiles).coveredNanos,
          total: sumOfTotals(profiles),
          largest: profiles
            .map(({ profile }) => profileTotal(profile))
            .reduce((a, b) => (b > a ? b : a)),
        })),
      );
    },

    async mergeTree(q, context) {
      return answer(context, () => {
        const profiles = selectProfiles(stored, q);
        const merged = mergeStored(profiles, q.mode) ?? emptyProfile(q);
        const framesOf = q.frameKey === 'reported-name' ? framesByName : framesByFunction;
        const { tree, unnamed } = foldedBy(merged, framesOf);
        const cut = truncateCallTree(tree, q.keepNodes ?? 0);
        return { tree: cut, unnamed, coverage: coverageOf(profiles) };
      });
    },

    async mergeTotal(q, context) {
      return answer(context, () => {
        const profiles = selectProfiles(stored, q);
        return mergedTotal(mergeStored(profiles, q.mode) ?? emptyProfile(q), profiles);
      });
    },

    async mergeProfile(q, context) {
      return answer(context, () => {
        const profiles = selectProfiles(stored, q);
        return {
          profile: mergeStored(profiles, 'sum') ?? emptyProfile(q),
          coverage: coverageOf(profiles),
        };
      });
    },

    async mergeFunction(q, context) {
      return answer(context, () => {
        const profiles = selectProfiles(stored, q);
        const merged = mergeStored(profiles, q.mode) ?? emptyProfile(q);
        return {
          report: reportFunction(merged, valuesOf(merged), q.function),
          selected: mergedTotal(merged, profiles),
        };
      });
    },

    async selectSeries(q, context) {
      return answer(context, () => {
        const selected = selectProfiles(stored, q);
        const wanted = q.function;
        const profiles =
          wanted === undefined ? selected : selected.map((each) => onlyWith(each, wanted));
        const series = groupBy(profiles, q.groupBy).flatMap(({ labels, profiles: inGroup }) => {
          const buckets = bucketsOf(inGroup, q);
          const isThere = buckets.some((bucket) => sumOfTotals(bucket.profiles) > 0n);
          if (!isThere) return [];
          return bucketedSeries(labels, buckets, q.mode, q.exemplars ? q.groupBy : undefined);
        });
        const largestFirst = series.sort((a, b) => descending(sum(a.value), sum(b.value)));
        return q.limit > 0 ? largestFirst.slice(0, q.limit) : largestFirst;
      });
    },

    async selectPoints(q, context) {
      return answer(context, () =>
        groupBy(selectProfiles(stored, q), q.groupBy).map(({ labels, profiles }) =>
          pointSeries(labels, profiles, q.per),
        ),
      );
    },

    async singleProfiles(q, context) {
      return answer(context, () => {
        const all = selectProfiles(stored, q).map((each) => ({
          profileId: each.profileId,
          labels: each.labels,
          timeNanos: each.timeNanos,
          durationNanos: each.profile.durationNanos,
          total: profileTotal(each.profile),
          profile: each.profile,
        }));
        all.sort((a, b) =>
          q.order === 'newest'
            ? descending(a.timeNanos, b.timeNanos)
            : descending(a.total, b.total),
        );
        return { profiles: all.slice(0, q.limit), leftOut: Math.max(0, all.length - q.limit) };
      });
    },

    async functionTimelines(q, context) {
      return answer(context, () => {
        const buckets = bucketsOf(selectProfiles(stored, q), q);
        const timelines = timelinesOf(buckets, q.mode);
        return {
          edgeMillis: Float64Array.from(buckets, ({ edgeMillis }) => edgeMillis),
          total: columnOf(buckets.map(({ profiles }) => totalOf(profiles, q.mode))),
          functions: timelines.slice(0, q.limit),
          leftOut: Math.max(0, timelines.length - q.limit),
        };
      });
    },

    async tenantStats(tenants, context) {
      return answer(context, () => {
        const ofTenants = stored.filter(({ tenant }) => tenants.includes(tenant));
        if (ofTenants.length === 0) return { kind: 'nothing-ingested' as const };
        const { oldestNanos, newestNanos } = countsOf(ofTenants);
        return { kind: 'ingested' as const, oldestNanos, newestNanos };
      });
    },

    async stats() {
      const counts = stored.length === 0 ? undefined : countsOf(stored);
      const tenants = [...new Set(stored.map(({ tenant }) => tenant))];
      return {
        engine: 'brute-force',
        seriesCount: tenants.reduce((sum, tenant) => sum + liveSeries(tenant).size, 0),
        profileCount: new Set(stored.map((each) => each.profileId)).size,
        oldestNanos: counts?.oldestNanos,
        newestNanos: counts?.newestNanos,
        memoryBytes: 0,
        diskBytes: 0,
        retentionNanos: options.retentionNanos,
        durability: 'lost-at-restart',
      };
    },
  };
}

function ok<Value>(value: Value): StoreAnswer<Value> {
  return { ok: true, value };
}

function pushKey(tenant: TenantId, id: PushId): string {
  return `${tenant} ${id}`;
}

function valuesOf(profile: Profile): Int64Column {
  return profile.samples.values[0] ?? new Float64Array(0);
}

function emptyProfile({ profileType }: ProfileSelection): Profile {
  const { sampleType, sampleUnit, periodType, periodUnit } = profileType;
  return createProfileBuilder({
    sampleTypes: [{ type: sampleType, unit: sampleUnit }],
    ...(periodType === '' ? {} : { periodType: { type: periodType, unit: periodUnit } }),
  }).finish();
}

/** A merged profile as a tree, and the value of what has no name. */
function foldedBy(merged: Profile, framesOf: typeof framesByName) {
  const { stacks, symbols, samples } = merged;
  const self = selfByStack(stacks, samples.stack, valuesOf(merged));
  const folded = foldStacks(stacks, symbols.locations, self, framesOf(symbols));
  // A sample without any location has no stack, and no name either.
  const withoutStack = keepSamples(merged, 0, (row) => samples.stack[row] === -1);
  return { tree: folded.tree, unnamed: folded.unnamed + profileTotal(withoutStack) };
}

function mergedTotal(merged: Profile, profiles: readonly StoredProfile[]): MergedTotal {
  const { unnamed } = foldedBy(merged, framesByName);
  return { total: profileTotal(merged), unnamed, coverage: coverageOf(profiles) };
}

function activityGroups(profiles: readonly StoredProfile[], names: readonly string[] | 'series') {
  if (names !== 'series') return groupBy(profiles, names);
  const sets = new Map(profiles.map(({ labels }) => [labels.key, labels]));
  return [...sets.values()].sort(compareLabelSets).map(({ key, labels }) => ({
    labels,
    profiles: profiles.filter((each) => each.labels.key === key),
  }));
}

function countsOf(profiles: readonly StoredProfile[]) {
  const times = profiles.map(({ timeNanos }) => timeNanos);
  const least = (a: UnixNanos, b: UnixNanos) => (b < a ? b : a);
  const most = (a: UnixNanos, b: UnixNanos) => (b > a ? b : a);
  return {
    seriesCount: new Set(profiles.map(({ tenant, labels }) => `${tenant} ${labels.key}`)).size,
    profileCount: profiles.length,
    oldestNanos: times.reduce(least),
    newestNanos: times.reduce(most),
  };
}

/** A profile with only the samples whose stacks hold a function: none, maybe. */
function onlyWith(each: StoredProfile, wanted: FunctionSelector): StoredProfile {
  const { profile } = each;
  const values = valuesOf(profile);
  const holding = keepSamples(profile, 0, (row) => {
    const alone = keepSamples(profile, 0, (other) => other === row);
    return int64At(values, row) > 0n && reportFunction(alone, valuesOf(alone), wanted).total > 0n;
  });
  return { ...each, profile: holding };
}

function bucketedSeries(
  labels: BucketedSeries['labels'],
  buckets: readonly Bucket[],
  mode: MergeMode,
  exemplarsWithout: readonly string[] | undefined,
): BucketedSeries {
  return {
    labels,
    length: buckets.length,
    edgeMillis: Float64Array.from(buckets, ({ edgeMillis }) => edgeMillis),
    value: columnOf(buckets.map(({ profiles }) => totalOf(profiles, mode))),
    profileCount: Int32Array.from(buckets, ({ profiles }) => profiles.length),
    exemplars:
      exemplarsWithout === undefined
        ? []
        : buckets.flatMap(({ profiles }) => largest(profiles, exemplarsWithout)),
  };
}

/** The profile with the largest value; profiles of one id (split by labels) count together. */
function largest(profiles: readonly StoredProfile[], without: readonly string[]): Exemplar[] {
  const byId = new Map<ProfileId, StoredProfile[]>();
  for (const each of profiles) {
    byId.set(each.profileId, [...(byId.get(each.profileId) ?? []), each]);
  }
  const exemplars = [...byId.values()].flatMap((parts) =>
    parts.slice(0, 1).map((first) => ({
      timeNanos: first.timeNanos,
      profileId: first.profileId,
      value: parts.reduce((total, { profile }) => total + profileTotal(profile), 0n),
      labels: otherLabels(first.labels, without),
    })),
  );
  return exemplars.sort((a, b) => descending(a.value, b.value)).slice(0, 1);
}

function pointSeries(
  labels: PointSeries['labels'],
  profiles: readonly StoredProfile[],
  per: 'profile' | 'span',
): PointSeries {
  const points = profiles.flatMap((each) => (per === 'profile' ? [wholeOf(each)] : spansOf(each)));
  return {
    labels,
    length: points.length,
    timeNanos: BigInt64Array.from(points, ({ each }) => each.timeNanos),
    value: columnOf(points.map(({ value }) => value)),
    profileId: points.map(({ each }) => each.profileId),
    spanId: points.flatMap(({ span }) => span ?? []),
  };
}

/** A profile, or the part of it that ran for one span. */
type Point = {
  readonly each: StoredProfile;
  readonly span: SpanId | undefined;
  readonly value: bigint;
};

function wholeOf(each: StoredProfile): Point {
  return { each, span: undefined, value: profileTotal(each.profile) };
}

function spansOf(each: StoredProfile): Point[] {
  const { profile } = each;
  const values = new Map<SpanId, bigint>();
  for (let row = 0; row < profile.samples.length; row++) {
    const { span } = tracingOf(profile, row);
    if (span !== undefined)
      values.set(span, (values.get(span) ?? 0n) + int64At(valuesOf(profile), row));
  }
  return [...values].map(([span, value]) => ({ each, span, value }));
}

/** Own cost of every function in every bucket, the function with the largest cost first. */
function timelinesOf(buckets: readonly Bucket[], mode: MergeMode): FunctionTimeline[] {
  const byFunction = new Map<
    string,
    { name: string; file: string; line: number; self: bigint[] }
  >();
  for (const [i, { profiles }] of buckets.entries()) {
    const merged = mergeStored(profiles, mode);
    if (merged === undefined) continue;
    const { stacks, symbols, samples } = merged;
    const self = selfByStack(stacks, samples.stack, valuesOf(merged));
    const { tree } = foldStacks(stacks, symbols.locations, self, framesByFunction(symbols));
    for (let node = 0; node < tree.length; node++) {
      const frame = tree.frame[node] ?? 0;
      const name = tree.frames.name[frame] ?? '';
      const file = tree.frames.file[frame] ?? '';
      const line = tree.frames.line[frame] ?? 0;
      const key = JSON.stringify([name, file, line]);
      const timeline = byFunction.get(key) ?? { name, file, line, self: buckets.map(() => 0n) };
      timeline.self[i] = (timeline.self[i] ?? 0n) + int64At(tree.self, node);
      byFunction.set(key, timeline);
    }
  }
  const peak = (values: readonly bigint[]) => values.reduce((a, b) => (b > a ? b : a), 0n);
  return [...byFunction.values()]
    .filter(({ self }) => peak(self) > 0n)
    .sort(
      (a, b) =>
        descending(peak(a.self), peak(b.self)) ||
        compareUtf8(a.name, b.name) ||
        compareUtf8(a.file, b.file) ||
        a.line - b.line,
    )
    .map((timeline) => ({ ...timeline, self: columnOf(timeline.self) }));
}

function columnOf(values: readonly bigint[]): Int64Column {
  const column = createInt64ColumnBuilder(values.length);
  for (const value of values) column.push(value);
  return column.finish();
}

function sum(column: Int64Column): bigint {
  let total = 0n;
  for (let row = 0; row < column.length; row++) total += int64At(column, row);
  return total;
}

function descending(a: bigint, b: bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}
