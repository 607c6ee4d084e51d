import { LABEL, type Label } from '@emberscope/labels';
import {
  createLabelSetInterner,
  labelsOfSet,
  type Profile,
  pickInt64,
  type SampleColumns,
  type SampleLabel,
  type StringIndex,
} from '@emberscope/profile';
import { sortLabels } from './validate-labels.ts';

/** Some samples of a profile, and the labels that they share. */
export type SampleGroup = { readonly labels: readonly Label[]; readonly profile: Profile };

/**
 * Takes a profile apart by the labels of its samples: each combination is a series of its own, but
 * spans and traces stay with the samples. What the series says already wins over what a sample
 * says, so combinations that differ in nothing else are one group.
 *
 * The groups share the tables of the profile, stacks and symbols; label sets hold span and trace
 * alone. A profile whose samples have no labels is one group, itself. Undefined for more groups than
 * `mostGroups`: no more than those are made.
 */
export function splitSamples(
  profile: Profile,
  labels: readonly Label[],
  mostGroups: number,
): readonly SampleGroup[] | undefined {
  const { labelSets, samples } = profile;
  if (labelSets.key.length === 0) return [{ labels, profile }];

  const { strings } = profile.symbols;
  const keys = keyRows(profile);
  const traceKey = keys.get(LABEL.traceId) ?? 0;
  // A string is added for a profile alone that calls spans by another name.
  const isSpanKeyNew = !keys.has(LABEL.spanId) && keys.has(LABEL.profileId);
  const spanKey = keys.get(LABEL.spanId) ?? strings.length;
  const tracing = createLabelSetInterner();
  const seriesNames = new Set(labels.map(({ name }) => name));
  const groups = new Map<string, Group>();
  const groupOfSet: Group[] = [];
  const tracingOfSet = new Int32Array(labelSets.length);

  for (let set = 0; set < labelSets.length; set++) {
    const own: Label[] = [];
    const kept: SampleLabel[] = [];
    for (const label of labelsOfSet(labelSets, set)) {
      if (label.kind === 'number') continue;
      const name = strings[label.key] ?? '';
      if (name === LABEL.spanId || name === LABEL.profileId) {
        kept.push({ ...label, key: spanKey });
      } else if (name === LABEL.traceId) kept.push({ ...label, key: traceKey });
      else if (!seriesNames.has(name)) own.push({ name, value: strings[label.text] ?? '' });
    }
    const sorted = sortLabels(own);
    const key = JSON.stringify(sorted.map(({ name, value }) => [name, value]));
    const group = groups.get(key) ?? { own: sorted, rows: [] };
    groups.set(key, group);
    // One more: the empty set is there whether a sample has it or not.
    if (groups.size > mostGroups + 1) return undefined;
    groupOfSet.push(group);
    tracingOfSet[set] = tracing.intern(kept);
  }
  for (let row = 0; row < samples.length; row++) {
    groupOfSet[samples.labels[row] ?? 0]?.rows.push(row);
  }

  const shared = {
    ...profile,
    symbols: isSpanKeyNew
      ? { ...profile.symbols, strings: [...strings, LABEL.spanId] }
      : profile.symbols,
    labelSets: tracing.finish(),
  };
  const filled = [...groups.values()].filter(({ rows }) => rows.length > 0);
  if (filled.length > mostGroups) return undefined;
  return filled.map(({ own, rows }) => ({
    labels: sortLabels([...labels, ...own]),
    profile: { ...shared, samples: rowsOf(samples, rows, tracingOfSet) },
  }));
}

/** The names of the labels of samples, each with the first row that it is in. */
function keyRows({ labelSets, symbols }: Profile): ReadonlyMap<string, StringIndex> {
  const rows = new Map<string, StringIndex>();
  const seen = new Set<StringIndex>();
  for (const row of labelSets.key) {
    if (seen.has(row)) continue;
    seen.add(row);
    const name = symbols.strings[row] ?? '';
    if (!rows.has(name)) rows.set(name, row);
  }
  return rows;
}

type Group = { readonly own: readonly Label[]; readonly rows: number[] };

function rowsOf(
  samples: SampleColumns,
  rows: readonly number[],
  newLabels: Int32Array,
): SampleColumns {
  return {
    length: rows.length,
    stack: Int32Array.from(rows, (row) => samples.stack[row] ?? 0),
    labels: Int32Array.from(rows, (row) => newLabels[samples.labels[row] ?? 0] ?? 0),
    values: samples.values.map((column) => pickInt64(column, rows)),
  };
}
