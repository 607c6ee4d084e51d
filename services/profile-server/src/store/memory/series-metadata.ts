import { compareLabelSets, filterLabels, type LabelSet, labelValue } from '@emberscope/labels';
import { type ProfileType, parseProfileType } from '@emberscope/profile';
import { compareUtf8 } from '@emberscope/units';
import type { SeriesActivity } from '../answers.ts';
import { groupBySeries } from './group-profiles.ts';
import { comparePoints, nanosFromPoint, type PointInTime } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import { type SelectedPart, seriesOfRow, timeOfRow } from './selected-parts.ts';
import type { Series } from './series-registry.ts';

/** Series that have a selected profile. */
export function seriesOfParts(parts: readonly SelectedPart[]): ReadonlySet<Series> {
  const series = new Set<Series>();
  for (const part of parts) for (const row of part.rows) series.add(seriesOfRow(part, row));
  return series;
}

export function profileTypesOf(series: Iterable<Series>): readonly ProfileType[] {
  return sortedTexts([...series].map(({ profileType }) => profileType)).flatMap((id) => {
    const parsed = parseProfileType(id);
    return parsed.ok ? [parsed.profileType] : [];
  });
}

export function labelNamesOf(series: Iterable<Series>): readonly string[] {
  return sortedTexts([...series].flatMap(({ labels }) => labels.labels.map(({ name }) => name)));
}

export function labelValuesOf(series: Iterable<Series>, name: string): readonly string[] {
  const values = [...series].map(({ labels }) => labelValue(labels, name));
  return sortedTexts(values.filter((value) => value !== ''));
}

/** Distinct label sets, cut down to some names (to none of them when the list is empty). */
export function labelSetsOf(
  series: Iterable<Series>,
  labelNames: readonly string[],
): readonly LabelSet[] {
  const isKept = (name: string) => labelNames.length === 0 || labelNames.includes(name);
  const sets = [...series].map(({ labels }) => filterLabels(labels, isKept));
  return [...new Map(sets.map((set) => [set.key, set])).values()].sort(compareLabelSets);
}

/** How much there is of a series, and of what times. */
type Activity = {
  readonly series: Series;
  readonly profileCount: number;
  readonly oldest: PointInTime;
  readonly newest: PointInTime;
};

export function activityOf(
  parts: readonly SelectedPart[],
  groupBy: readonly string[],
  guard: QueryGuard,
): readonly SeriesActivity[] {
  const ofSeries = activityBySeries(parts, guard).values();
  return groupBySeries(ofSeries, groupBy, ({ series }) => series).map(({ labels, items }) => {
    const whole = items.reduce(addActivity);
    return {
      labels,
      seriesCount: items.length,
      profileCount: whole.profileCount,
      oldestNanos: nanosFromPoint(whole.oldest),
      newestNanos: nanosFromPoint(whole.newest),
    };
  });
}

function activityBySeries(
  parts: readonly SelectedPart[],
  guard: QueryGuard,
): Map<Series, Activity> {
  const activities = new Map<Series, Activity>();
  for (const part of parts) {
    for (const row of part.rows) {
      guard.spend(4);
      const series = seriesOfRow(part, row);
      const time = timeOfRow(part.columns, row);
      const one = { series, profileCount: 1, oldest: time, newest: time };
      const known = activities.get(series);
      activities.set(series, known === undefined ? one : addActivity(known, one));
    }
  }
  return activities;
}

function addActivity(a: Activity, b: Activity): Activity {
  return {
    series: a.series,
    profileCount: a.profileCount + b.profileCount,
    oldest: comparePoints(b.oldest, a.oldest) < 0 ? b.oldest : a.oldest,
    newest: comparePoints(b.newest, a.newest) > 0 ? b.newest : a.newest,
  };
}

function sortedTexts(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareUtf8);
}
