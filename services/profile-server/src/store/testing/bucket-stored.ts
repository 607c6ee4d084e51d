import {
  compareLabelSets,
  filterLabels,
  type LabelSet,
  labelSetFromRecord,
  labelValue,
} from '@emberscope/labels';
import type { UnixMillis } from '@emberscope/units';
import { millisFromNanos } from '@emberscope/units';
import type { LabelPair } from '../answers.ts';
import type { Buckets, NanosRange } from '../selection.ts';
import type { StoredProfile } from './stored-profile.ts';

/** Profiles that share the values of the labels grouped by. */
export type Group = {
  readonly labels: readonly LabelPair[];
  readonly profiles: readonly StoredProfile[];
};

/** Groups in the order of their labels. A label that is absent is left out of its group's. */
export function groupBy(profiles: readonly StoredProfile[], names: readonly string[]): Group[] {
  const groups = new Map<string, { labels: LabelPair[]; profiles: StoredProfile[] }>();
  for (const stored of profiles) {
    const labels = names
      .map((name) => ({ name, value: labelValue(stored.labels, name) }))
      .filter(({ value }) => value !== '');
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { labels, profiles: [] };
    group.profiles.push(stored);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => compareLabelSets(asSet(a.labels), asSet(b.labels)));
}

function asSet(labels: readonly LabelPair[]): LabelSet {
  return labelSetFromRecord(Object.fromEntries(labels.map(({ name, value }) => [name, value])));
}

/** The labels of a series without those grouped by. */
export function otherLabels(labels: LabelSet, names: readonly string[]): LabelSet {
  return filterLabels(labels, (name) => !names.includes(name));
}

export type Bucket = {
  readonly edgeMillis: UnixMillis;
  readonly profiles: readonly StoredProfile[];
};

/** Profiles of a range in buckets, oldest first, empty ones left out. */
export function bucketsOf(
  profiles: readonly StoredProfile[],
  { range, firstEdgeNanos, stepMillis }: Buckets & { readonly range: NanosRange },
): Bucket[] {
  const step = BigInt(Math.round(stepMillis * 1e6));
  const buckets: Bucket[] = [];
  for (let edge: bigint = firstEdgeNanos; edge <= range.endNanos; edge += step) {
    const isFirst = edge === firstEdgeNanos;
    const inBucket = profiles.filter(
      ({ timeNanos }) => timeNanos <= edge && (isFirst || timeNanos > edge - step),
    );
    if (inBucket.length > 0) {
      buckets.push({
        edgeMillis: millisFromNanos(edge as NanosRange['endNanos']),
        profiles: inBucket,
      });
    }
  }
  return buckets;
}
