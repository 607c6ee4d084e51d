import { type LabelSet, type Matcher, matchesAll } from '@emberscope/labels';
import { labelsOfSeries, type ProfileKind } from '../../parts/profile-kind.ts';
import type { LiveSeriesCount } from '../../pushes/admission.ts';

/** Profiles of one label set and kind, of one day. */
export type SeriesDay = {
  readonly tenant: string;
  readonly labels: LabelSet;
  readonly kind: ProfileKind;
  readonly day: number;
};

/** The label sets of all tenants that have a profile, with how many they have of each day. */
export type LiveSeries = {
  of(tenant: string): LiveSeriesCount | undefined;
  add(of: SeriesDay, profileCount: number): void;
  /** For profiles that were counted and are not there after all. */
  subtract(of: SeriesDay, profileCount: number): void;
  /** All up to this day have gone. */
  dropDaysUpTo(day: number): void;
  /**
   * What matches has gone from the days `[firstDay, lastDay]`. Where only some types of a profile
   * match, the profile is still there, until others have gone from all of its days as well.
   */
  dropMatching(
    tenants: readonly string[],
    matchers: readonly Matcher[],
    firstDay: number,
    lastDay: number,
  ): void;
  readonly seriesCount: () => number;
  readonly profileCount: () => number;
};

type LiveKind = {
  readonly kind: ProfileKind;
  readonly countOfDay: Map<number, number>;
  /** Types of which nothing is left on any day. */
  readonly goneTypes: Set<number>;
};

type Live = { readonly labels: LabelSet; readonly kinds: Map<string, LiveKind> };

export function createLiveSeries(): LiveSeries {
  const byTenant = new Map<string, Map<string, Live>>();
  let profileCount = 0;

  function dropDays(live: Live, of: LiveKind, isDropped: (day: number) => boolean): void {
    for (const [day, count] of of.countOfDay) {
      if (!isDropped(day)) continue;
      of.countOfDay.delete(day);
      profileCount -= count;
    }
    if (of.countOfDay.size === 0) live.kinds.delete(of.kind.key);
  }

  function dropMatchingOf(
    live: Live,
    of: LiveKind,
    matchers: readonly Matcher[],
    isDropped: (day: number) => boolean,
  ): void {
    const isOfAllDays = [...of.countOfDay.keys()].every(isDropped);
    let isAllMatched = true;
    for (let type = 0; type < of.kind.sampleTypes.length; type++) {
      if (of.goneTypes.has(type)) continue;
      if (!matchesAll(matchers, labelsOfSeries(live.labels, of.kind, type))) isAllMatched = false;
      else if (isOfAllDays) of.goneTypes.add(type);
    }
    if (isAllMatched) dropDays(live, of, isDropped);
  }

  return {
    of(tenant) {
      const series = byTenant.get(tenant);
      if (series === undefined) return undefined;
      return { seriesCount: () => series.size, hasLabels: ({ key }) => series.has(key) };
    },
    add({ tenant, labels, kind, day }, count) {
      let series = byTenant.get(tenant);
      if (series === undefined) {
        series = new Map();
        byTenant.set(tenant, series);
      }
      let live = series.get(labels.key);
      if (live === undefined) {
        live = { labels, kinds: new Map() };
        series.set(labels.key, live);
      }
      let of = live.kinds.get(kind.key);
      if (of === undefined) {
        of = { kind, countOfDay: new Map(), goneTypes: new Set() };
        live.kinds.set(kind.key, of);
      }
      of.goneTypes.clear();
      of.countOfDay.set(day, (of.countOfDay.get(day) ?? 0) + count);
      profileCount += count;
    },
    subtract({ tenant, labels, kind, day }, count) {
      const series = byTenant.get(tenant);
      const live = series?.get(labels.key);
      const of = live?.kinds.get(kind.key);
      const before = of?.countOfDay.get(day);
      if (series === undefined || live === undefined || of === undefined || before === undefined) {
        return;
      }
      of.countOfDay.set(day, before - count);
      profileCount -= count;
      if (before <= count) dropDays(live, of, (other) => other === day);
      if (live.kinds.size === 0) series.delete(labels.key);
    },
    dropDaysUpTo(lastDay) {
      for (const series of byTenant.values()) {
        for (const [key, live] of series) {
          for (const of of live.kinds.values()) dropDays(live, of, (day) => day <= lastDay);
          if (live.kinds.size === 0) series.delete(key);
        }
      }
    },
    dropMatching(tenants, matchers, firstDay, lastDay) {
      const isDropped = (day: number): boolean => day >= firstDay && day <= lastDay;
      for (const tenant of new Set(tenants)) {
        const series = byTenant.get(tenant);
        if (series === undefined) continue;
        for (const [key, live] of series) {
          for (const of of live.kinds.values()) dropMatchingOf(live, of, matchers, isDropped);
          if (live.kinds.size === 0) series.delete(key);
        }
      }
    },
    seriesCount: () => {
      let count = 0;
      for (const series of byTenant.values()) count += series.size;
      return count;
    },
    profileCount: () => profileCount,
  };
}
