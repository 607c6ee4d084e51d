import {
  compareLabelSets,
  type LabelSet,
  labelSetFromRecord,
  labelValue,
} from '@emberscope/labels';
import type { LabelPair } from '../answers.ts';
import { type SelectedProfile, seriesOf } from './selected-parts.ts';
import type { Series } from './series-registry.ts';

/** Things of series that share the values of the labels grouped by. */
export type Group<Item> = {
  /** Labels that are absent are left out; in the order of the request. */
  readonly labels: readonly LabelPair[];
  readonly items: Item[];
};

/** Groups in the order of their labels, items of a group in the order given. */
export function groupBySeries<Item>(
  items: Iterable<Item>,
  names: readonly string[],
  seriesOfItem: (item: Item) => Series,
): Group<Item>[] {
  const groupOfSeries = new Map<Series, Group<Item>>();
  const groupByKey = new Map<string, Group<Item> & { readonly set: LabelSet }>();

  function groupOf(series: Series): Group<Item> {
    const labels = names
      .map((name) => ({ name, value: labelValue(series.labels, name) }))
      .filter(({ value }) => value !== '');
    const set = labelSetFromRecord(
      Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    );
    let group = groupByKey.get(set.key);
    if (group === undefined) {
      group = { labels, items: [], set };
      groupByKey.set(set.key, group);
    }
    return group;
  }

  for (const item of items) {
    const series = seriesOfItem(item);
    let group = groupOfSeries.get(series);
    if (group === undefined) {
      group = groupOf(series);
      groupOfSeries.set(series, group);
    }
    group.items.push(item);
  }
  return [...groupByKey.values()].sort((a, b) => compareLabelSets(a.set, b.set));
}

export function groupProfiles(
  profiles: readonly SelectedProfile[],
  names: readonly string[],
): Group<SelectedProfile>[] {
  return groupBySeries(profiles, names, seriesOf);
}
