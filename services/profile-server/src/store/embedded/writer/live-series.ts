import { type LabelSet, type Matcher, matchesAll } from '@emberscope/labels';
import { labelsOfSeries, type ProfileKind } from '../../parts/profile-kind.ts';
import type { LiveSeriesCount } from '../../pushes/admission.ts';

/**
 * The label sets of all tenants that have a profile, and the newest day that they have one of. Days
 * go as a whole and the oldest first, so that a set is gone when its newest day is.
 */
export type LiveSeries = {
  of(tenant: string): LiveSeriesCount | undefined;
  /** Answers whether the set is new. */
  add(tenant: string, labels: LabelSet, kind: ProfileKind, day: number): boolean;
  remove(tenant: string, labels: LabelSet): void;
  /** All up to this day have gone. */
  dropDaysUpTo(day: number): void;
  /** Sets of which every series matches have gone. */
  dropMatching(tenants: readonly string[], matchers: readonly Matcher[]): void;
  readonly count: () => number;
};

type Live = {
  readonly labels: LabelSet;
  readonly kinds: Map<string, ProfileKind>;
  newestDay: number;
};

export function createLiveSeries(): LiveSeries {
  const byTenant = new Map<string, Map<string, Live>>();

  return {
    of(tenant) {
      const series = byTenant.get(tenant);
      if (series === undefined) return undefined;
      return { seriesCount: () => series.size, hasLabels: ({ key }) => series.has(key) };
    },
    add(tenant, labels, kind, day) {
      let series = byTenant.get(tenant);
      if (series === undefined) {
        series = new Map();
        byTenant.set(tenant, series);
      }
      const live = series.get(labels.key);
      if (live === undefined) {
        series.set(labels.key, { labels, kinds: new Map([[kind.key, kind]]), newestDay: day });
        return true;
      }
      live.newestDay = Math.max(live.newestDay, day);
      if (!live.kinds.has(kind.key)) live.kinds.set(kind.key, kind);
      return false;
    },
    remove: (tenant, { key }) => void byTenant.get(tenant)?.delete(key),
    dropDaysUpTo(day) {
      for (const series of byTenant.values()) {
        for (const [key, { newestDay }] of series) if (newestDay <= day) series.delete(key);
      }
    },
    dropMatching(tenants, matchers) {
      for (const tenant of tenants) {
        const series = byTenant.get(tenant);
        if (series === undefined) continue;
        for (const [key, live] of series) if (isAllMatched(live, matchers)) series.delete(key);
      }
    },
    count: () => {
      let count = 0;
      for (const series of byTenant.values()) count += series.size;
      return count;
    },
  };
}

function isAllMatched({ labels, kinds }: Live, matchers: readonly Matcher[]): boolean {
  for (const kind of kinds.values()) {
    for (let type = 0; type < kind.sampleTypes.length; type++) {
      if (!matchesAll(matchers, labelsOfSeries(labels, kind, type))) return false;
    }
  }
  return true;
}
