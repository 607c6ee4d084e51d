import { LABEL, type Matcher } from '@emberscope/labels';
import type { LabelPair, SeriesActivity } from '../../store/answers.ts';
import type { NanosRange } from '../../store/selection.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';

/** A row of the list: one value of `service_name`, and of the labels that it is told apart by. */
export type ServiceRow = {
  /** `service_name` and the others grouped by that it has, in the order of the request. */
  readonly labels: readonly LabelPair[];
  /** Its series: one for each instance and profile type. */
  readonly groups: readonly InstanceActivity[];
};

/** The profiles of one type of one instance. */
export type InstanceActivity = {
  /** A text that only this instance has. */
  readonly instance: string;
  readonly profileType: string;
  readonly activity: SeriesActivity;
};

/** A text that only one row has; the labels of its series grouped by the same names give it too. */
export type ServiceKey = string;

/** What rows are told apart by: `service_name` first. */
export function rowLabels(groupBy: readonly string[]): readonly string[] {
  return [LABEL.serviceName, ...groupBy.filter((name) => name !== LABEL.serviceName)];
}

export function serviceKey(labels: readonly LabelPair[]): ServiceKey {
  return labels.map(({ name, value }) => JSON.stringify(name) + JSON.stringify(value)).join();
}

/** Names that differ between the profile types of one instance. */
const OF_PROFILE_TYPE: ReadonlySet<string> = new Set([
  LABEL.profileName,
  LABEL.profileType,
  LABEL.sampleType,
  LABEL.sampleUnit,
  LABEL.periodType,
  LABEL.periodUnit,
]);

/** All rows that have a profile in a range. */
export async function readServiceRows(
  { reader, tenants, context }: Query<unknown>,
  range: NanosRange,
  matchers: readonly Matcher[],
  rowNames: readonly string[],
): Promise<ReadonlyMap<ServiceKey, ServiceRow>> {
  const q = { tenants, range, matchers, groupBy: 'series' } as const;
  const rows = new Map<ServiceKey, ServiceRow & { readonly groups: InstanceActivity[] }>();
  for (const activity of answered(await reader.activity(q, context))) {
    const labels = rowNames.flatMap((rowName) =>
      activity.labels.filter(({ name }) => name === rowName),
    );
    const key = serviceKey(labels);
    const row = rows.get(key) ?? { labels, groups: [] };
    rows.set(key, row);
    row.groups.push({
      instance: serviceKey(activity.labels.filter(({ name }) => !OF_PROFILE_TYPE.has(name))),
      profileType: activity.labels.find(({ name }) => name === LABEL.profileType)?.value ?? '',
      activity,
    });
  }
  return rows;
}

export function instanceCount(groups: readonly InstanceActivity[]): number {
  return new Set(groups.map(({ instance }) => instance)).size;
}
