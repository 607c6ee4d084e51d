import { unixNanos } from '@emberscope/units';
import { int64At } from './int64-column.ts';
import type { Profile, ValueType } from './profile.ts';
import { createProfileBuilder } from './profile-builder.ts';
import { labelsOfSet, type SampleLabel } from './sample-labels.ts';
import { NO_STACK, pushStacks } from './stack-table.ts';
import { functionRow, type LocationRow, locationRow, mappingRow, NO_MAPPING } from './symbols.ts';

export type MergedProfiles =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly reason: string };

/**
 * One profile that has the samples of all: equal functions, locations and stacks once, samples of
 * equal stack and labels (in whatever order) added up. The rules of pprof's own merge: the earliest time, the sum of
 * the durations, the largest period; profiles of other sample types are refused.
 */
export function mergeProfiles(profiles: readonly Profile[]): MergedProfiles {
  const [first, ...others] = profiles;
  if (first === undefined) return { ok: false, reason: 'there are no profiles to merge' };
  for (const other of others) {
    const difference = typesDiffer(first, other);
    if (difference !== undefined) return { ok: false, reason: difference };
  }

  const builder = createProfileBuilder({
    sampleTypes: first.sampleTypes,
    defaultSampleType: first.defaultSampleType,
    periodType: first.periodType,
    period: profiles.reduce((max, { period }) => (period > max ? period : max), first.period),
    timeNanos: earliestTime(profiles),
    durationNanos: profiles.reduce((sum, { durationNanos }) => sum + durationNanos, 0n),
    comments: [...new Set(profiles.flatMap(({ comments }) => comments))],
    dropFrames: first.dropFrames,
    keepFrames: first.keepFrames,
  });

  const valuesBySample = new Map<string, { stack: number; labels: number; values: bigint[] }>();
  for (const profile of profiles) {
    const { stackOf, labelsOf } = translate(profile, builder);
    const { samples } = profile;
    for (let i = 0; i < samples.length; i++) {
      const stack = samples.stack[i] === NO_STACK ? NO_STACK : stackOf[samples.stack[i]];
      const labels = labelsOf[samples.labels[i]];
      const key = `${stack},${labels}`;
      let sample = valuesBySample.get(key);
      if (sample === undefined) {
        sample = { stack, labels, values: first.sampleTypes.map(() => 0n) };
        valuesBySample.set(key, sample);
      }
      for (const [type, column] of samples.values.entries()) {
        sample.values[type] += int64At(column, i);
      }
    }
  }
  for (const { stack, labels, values } of valuesBySample.values()) {
    builder.addSample(
      stack,
      values.map((value) => BigInt.asIntN(64, value)),
      labels,
    );
  }
  return { ok: true, profile: builder.finish() };
}

function typesDiffer(a: Profile, b: Profile): string | undefined {
  const typesOfA = a.sampleTypes.map(textOfType).join(' ');
  const typesOfB = b.sampleTypes.map(textOfType).join(' ');
  if (typesOfA !== typesOfB) return `sample types "${typesOfA}" and "${typesOfB}" do not merge`;
  const periodOfA = a.periodType === undefined ? '' : textOfType(a.periodType);
  const periodOfB = b.periodType === undefined ? '' : textOfType(b.periodType);
  if (periodOfA === periodOfB) return undefined;
  return `period types "${periodOfA}" and "${periodOfB}" do not merge`;
}

function textOfType({ type, unit }: ValueType): string {
  return `${type}/${unit}`;
}

/** The earliest time that is known. */
function earliestTime(profiles: readonly Profile[]) {
  const known = profiles.map(({ timeNanos }) => timeNanos).filter((nanos) => nanos !== 0n);
  return known.reduce((min, nanos) => (nanos < min ? nanos : min), known[0] ?? unixNanos(0n));
}

/** The rows of a builder's tables that the rows of a profile's tables become. */
function translate(profile: Profile, builder: ReturnType<typeof createProfileBuilder>) {
  const { symbols, stacks, labelSets } = profile;
  const target = builder.symbols;
  const stringOf = symbols.strings.map((text) => target.string(text));
  const functionOf = new Int32Array(symbols.functions.length);
  for (let row = 0; row < functionOf.length; row++) {
    const { name, systemName, fileName, startLine } = functionRow(symbols.functions, row);
    functionOf[row] = target.function({
      name: stringOf[name],
      systemName: stringOf[systemName],
      fileName: stringOf[fileName],
      startLine,
    });
  }
  const mappingOf = new Int32Array(symbols.mappings.length);
  for (let row = 0; row < mappingOf.length; row++) {
    const mapping = mappingRow(symbols.mappings, row);
    mappingOf[row] = target.mapping({
      ...mapping,
      fileName: stringOf[mapping.fileName],
      buildId: stringOf[mapping.buildId],
    });
  }
  const locationOf = new Int32Array(symbols.locations.length);
  for (let row = 0; row < locationOf.length; row++) {
    const location: LocationRow = locationRow(symbols.locations, row);
    locationOf[row] = target.location({
      ...location,
      mapping: location.mapping === NO_MAPPING ? NO_MAPPING : mappingOf[location.mapping],
      lines: location.lines.map(({ function: callee, lineNumber }) => ({
        function: functionOf[callee],
        lineNumber,
      })),
    });
  }
  const stackOf = pushStacks(stacks, builder.stacks, (row) => locationOf[row]);
  const labelsOf = Array.from({ length: labelSets.length }, (_, set) =>
    builder.labelSets.intern(
      labelsOfSet(labelSets, set)
        .map(
          (label): SampleLabel =>
            label.kind === 'text'
              ? { ...label, key: stringOf[label.key], text: stringOf[label.text] }
              : { ...label, key: stringOf[label.key], unit: stringOf[label.unit] },
        )
        .sort(byRows),
    ),
  );
  return { stackOf, labelsOf };
}

/** One order for the labels of a set: each profile has them in that of its agent or its strings. */
function byRows(a: SampleLabel, b: SampleLabel): number {
  if (a.key !== b.key) return a.key - b.key;
  if (a.kind === 'text') return b.kind === 'text' ? a.text - b.text : -1;
  if (b.kind === 'text') return 1;
  return a.unit - b.unit || Number(a.number > b.number) - Number(a.number < b.number);
}
