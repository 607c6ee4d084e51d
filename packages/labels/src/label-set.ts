import { compareUtf8 } from '@emberscope/units';

export type Label = { readonly name: string; readonly value: string };

/**
 * The labels of a series: sorted by name in the order of UTF-8 bytes, each name once, no empty
 * values (a label whose value is empty is a label that is absent). Equal sets have equal keys.
 */
export type LabelSet = {
  readonly labels: readonly Label[];
  /** The set as text that only this set has: what maps are keyed by. */
  readonly key: string;
};

export type BuiltLabelSet =
  | { readonly ok: true; readonly labelSet: LabelSet }
  | { readonly ok: false; readonly duplicate: string; readonly reason: string };

export const EMPTY_LABEL_SET: LabelSet = labelSetOfSorted([]);

/** A set of labels in any order. Empty values are left out; a name that comes twice is refused. */
export function labelSet(labels: Iterable<Label>): BuiltLabelSet {
  const sorted = sortLabels(labels);
  for (let i = 1; i < sorted.length; i++) {
    const name = sorted[i]?.name ?? '';
    if (sorted[i - 1]?.name === name) {
      return { ok: false, duplicate: name, reason: `label "${name}" is there twice` };
    }
  }
  return { ok: true, labelSet: labelSetOfSorted(sorted.filter(({ value }) => value !== '')) };
}

/** A set from an object, whose names are distinct by nature. */
export function labelSetFromRecord(record: Readonly<Record<string, string>>): LabelSet {
  const labels = Object.entries(record).map(([name, value]) => ({ name, value }));
  return labelSetOfSorted(sortLabels(labels).filter(({ value }) => value !== ''));
}

/** The value of a label; an absent label is the empty string, as everywhere in this field. */
export function labelValue({ labels }: LabelSet, name: string): string {
  // Sets have a dozen labels: walking them is faster than any index, and needs none.
  for (const label of labels) if (label.name === name) return label.value;
  return '';
}

/** The set with some labels set anew; an empty value takes the label out. */
export function withLabels(set: LabelSet, changes: Readonly<Record<string, string>>): LabelSet {
  const kept = set.labels.filter(({ name }) => !Object.hasOwn(changes, name));
  const changed = Object.entries(changes).map(([name, value]) => ({ name, value }));
  return labelSetOfSorted(sortLabels([...kept, ...changed]).filter(({ value }) => value !== ''));
}

/** The labels whose names pass. */
export function filterLabels(set: LabelSet, isKept: (name: string) => boolean): LabelSet {
  const kept = set.labels.filter(({ name }) => isKept(name));
  return kept.length === set.labels.length ? set : labelSetOfSorted(kept);
}

/**
 * The order in which series are listed: label by label, by name, then by value, in byte order; a
 * set that ends first comes first.
 */
export function compareLabelSets(a: LabelSet, b: LabelSet): number {
  const length = Math.min(a.labels.length, b.labels.length);
  for (let i = 0; i < length; i++) {
    const labelOfA = a.labels[i];
    const labelOfB = b.labels[i];
    if (labelOfA === undefined || labelOfB === undefined) break;
    const order =
      compareUtf8(labelOfA.name, labelOfB.name) || compareUtf8(labelOfA.value, labelOfB.value);
    if (order !== 0) return order;
  }
  return a.labels.length - b.labels.length;
}

/** As Pyroscope's messages print label sets: `{a="b", c="d"}`, nothing escaped. */
export function formatLabelSet({ labels }: LabelSet): string {
  return `{${labels.map(({ name, value }) => `${name}="${value}"`).join(', ')}}`;
}

function sortLabels(labels: Iterable<Label>): Label[] {
  return [...labels].sort((a, b) => compareUtf8(a.name, b.name));
}

function labelSetOfSorted(labels: readonly Label[]): LabelSet {
  // Lengths make the key unambiguous whatever characters names and values hold.
  let key = '';
  for (const { name, value } of labels) key += `${name.length}:${name}${value.length}:${value}`;
  return { labels, key };
}
