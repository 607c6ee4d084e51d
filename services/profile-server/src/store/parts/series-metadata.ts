import { compareLabelSets, filterLabels, type LabelSet, labelValue } from '@emberscope/labels';
import { type ProfileType, parseProfileType } from '@emberscope/profile';
import { compareUtf8 } from '@emberscope/units';
import type { SeriesActivity } from '../answers.ts';
import { createExactSums } from './exact-sums.ts';
import { type Group, groupBySeries } from './group-profiles.ts';
import { comparePoints, nanosFromPoint, type PointInTime } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import type { SelectedPart } from './selected-parts.ts';
import { createSeriesNumbers, numberSeries } from './series-numbers.ts';
import type { Series, StreamRows } from './series-registry.ts';

/** Series that have a selected profile. */
export function seriesOfParts(parts: readonly SelectedPart[]): ReadonlySet<Series> {
  return new Set(numberSeries(parts).met());
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

export function activityOf(
  parts: readonly SelectedPart[],
  groupBy: readonly string[] | 'series',
  guard: QueryGuard,
): readonly SeriesActivity[] {
  const ofSeries = activityBySeries(parts, guard);
  guard.spend(20 * ofSeries.length);
  const groups =
    groupBy === 'series'
      ? groupByLabels(ofSeries)
      : groupBySeries(ofSeries, groupBy, ({ series }) => series);
  return groups.map(({ labels, items }) => {
    const whole = items.reduce(addActivity);
    return {
      labels,
      seriesCount: items.length,
      profileCount: whole.profileCount,
      oldestNanos: nanosFromPoint(whole.oldest),
      newestNanos: nanosFromPoint(whole.newest),
      coveredNanos: whole.coveredNanos,
      total: whole.total,
      largest: whole.largest,
    };
  });
}

/** Series of one label set, which several tenants may have; in no order. */
function groupByLabels(activities: readonly Activity[]): Group<Activity>[] {
  const groups = new Map<string, Group<Activity>>();
  for (const activity of activities) {
    const { key, labels } = activity.series.labels;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, items: [activity] });
    else group.items.push(activity);
  }
  return [...groups.values()];
}

/** How much there is of a series, and of what times. */
type Activity = {
  readonly series: Series;
  readonly profileCount: number;
  readonly oldest: PointInTime;
  readonly newest: PointInTime;
  readonly coveredNanos: bigint;
  readonly total: bigint;
  readonly largest: bigint;
};

/** One walk over all profiles: what it counts lies in columns, a cell for each series. */
function activityBySeries(parts: readonly SelectedPart[], guard: QueryGuard): Activity[] {
  const numbers = createSeriesNumbers();
  // A row of each for every series that there may be: columns that never grow are fast ones.
  const most = seriesAtMost(parts);
  const counts = new Int32Array(most);
  const oldest = new Float64Array(most);
  const oldestOnTop = new Int32Array(most);
  const newest = new Float64Array(most);
  const newestOnTop = new Int32Array(most);
  const covered = createExactSums(most);
  const totals = createExactSums(most);
  const largest: (number | bigint)[] = [];
  for (const part of parts) {
    const { rows } = part;
    const { timeMillis, timeNanosOnTop, durationNanos, profileCount } = part.table.columns;
    const largestOfRow = part.table.columns.largest?.[part.type];
    const numberOfRow = numbers.inPart(part);
    guard.spend(4 * rows.length);
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      const series = numberOfRow(row);
      const millis = timeMillis[row] ?? 0;
      const onTop = timeNanosOnTop[row] ?? 0;
      const total = part.totals[at] ?? 0;
      const count = counts[series] ?? 0;
      const earliest = oldest[series] ?? 0;
      const latest = newest[series] ?? 0;
      counts[series] = count + (profileCount?.[row] ?? 1);
      covered.add(series, durationNanos[row] ?? 0);
      totals.add(series, total);
      const largestTotal = largestOfRow === undefined ? total : (largestOfRow[row] ?? 0);
      if (count === 0 || largestTotal > (largest[series] ?? 0)) largest[series] = largestTotal;
      const isOldest =
        millis < earliest || (millis === earliest && onTop < (oldestOnTop[series] ?? 0));
      if (count === 0 || isOldest) {
        oldest[series] = millis;
        oldestOnTop[series] = onTop;
      }
      const isNewest = millis > latest || (millis === latest && onTop > (newestOnTop[series] ?? 0));
      if (count === 0 || isNewest) {
        newest[series] = millis;
        newestOnTop[series] = onTop;
      }
    }
  }
  return numbers.met().map((series, number) => ({
    series,
    profileCount: counts[number] ?? 0,
    oldest: { millis: oldest[number] ?? 0, nanosOnTop: oldestOnTop[number] ?? 0 },
    newest: { millis: newest[number] ?? 0, nanosOnTop: newestOnTop[number] ?? 0 },
    coveredNanos: BigInt(covered.at(number)),
    total: BigInt(totals.at(number)),
    largest: BigInt(largest[number] ?? 0),
  }));
}

/** As many as there are pairs of a stream and a type among the parts. */
function seriesAtMost(parts: readonly SelectedPart[]): number {
  const typesOf = new Map<StreamRows, number>();
  for (const { table, type } of parts) {
    const before = typesOf.get(table.registry) ?? 0;
    typesOf.set(table.registry, Math.max(type + 1, before));
  }
  let most = 0;
  for (const [registry, types] of typesOf) most += types * registry.streams.length;
  return most;
}

function addActivity(a: Activity, b: Activity): Activity {
  return {
    series: a.series,
    profileCount: a.profileCount + b.profileCount,
    oldest: comparePoints(b.oldest, a.oldest) < 0 ? b.oldest : a.oldest,
    newest: comparePoints(b.newest, a.newest) > 0 ? b.newest : a.newest,
    coveredNanos: a.coveredNanos + b.coveredNanos,
    total: a.total + b.total,
    largest: b.largest > a.largest ? b.largest : a.largest,
  };
}

function sortedTexts(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareUtf8);
}
