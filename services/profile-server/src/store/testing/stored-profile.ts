import { LABEL, type LabelSet, labelValue, matchesAll, withLabels } from '@emberscope/labels';
import {
  type Int64Column,
  int64At,
  isWide,
  labelsOfSet,
  locationsOfStack,
  type Profile,
  profileTypeId,
} from '@emberscope/profile';
import type { UnixNanos } from '@emberscope/units';
import {
  type ProfileId,
  type SpanId,
  spanId,
  type TenantId,
  type TraceId,
  traceId,
} from '../ids.ts';
import type { ProfileSelection, Selection } from '../selection.ts';

/** One sample type of one pushed profile: what queries are about. */
export type StoredProfile = {
  readonly tenant: TenantId;
  readonly profileId: ProfileId;
  /** The key of the labels that were pushed: what the limit of series counts. */
  readonly pushedKey: string;
  /** The labels that were pushed and those that a store derives. */
  readonly labels: LabelSet;
  readonly timeNanos: UnixNanos;
  /** One sample type; only samples that have a value. */
  readonly profile: Profile;
};

/** The stored profiles that one pushed profile becomes; a type without a value becomes none. */
export function storedProfilesOf(
  tenant: TenantId,
  profileId: ProfileId,
  labels: LabelSet,
  profile: Profile,
): StoredProfile[] {
  return profile.sampleTypes.flatMap((sampleType, type) => {
    const values = profile.samples.values[type] ?? new Float64Array(0);
    const single = keepSamples(profile, type, (row) => int64At(values, row) !== 0n);
    if (single.samples.length === 0) return [];
    const name = labelValue(labels, LABEL.profileName);
    const { periodType } = profile;
    const derived = withLabels(labels, {
      [LABEL.profileType]: profileTypeId({
        name,
        sampleType: sampleType.type,
        sampleUnit: sampleType.unit,
        periodType: periodType?.type ?? '',
        periodUnit: periodType?.unit ?? '',
      }),
      [LABEL.sampleType]: sampleType.type,
      [LABEL.sampleUnit]: sampleType.unit,
      [LABEL.periodType]: periodType?.type ?? '',
      [LABEL.periodUnit]: periodType?.unit ?? '',
      [LABEL.privateServiceName]: labelValue(labels, LABEL.serviceName),
    });
    return [
      {
        tenant,
        profileId,
        pushedKey: labels.key,
        labels: derived,
        timeNanos: profile.timeNanos,
        profile: single,
      },
    ];
  });
}

export function isSelected(stored: StoredProfile, q: Selection): boolean {
  return (
    q.tenants.includes(stored.tenant) &&
    stored.timeNanos >= q.range.startNanos &&
    stored.timeNanos <= q.range.endNanos &&
    matchesAll(q.matchers, stored.labels)
  );
}

/** The profiles that are selected, cut down to the samples that are, oldest first. */
export function selectProfiles(
  all: readonly StoredProfile[],
  q: ProfileSelection,
): StoredProfile[] {
  const typeId = profileTypeId(q.profileType);
  return all
    .filter(
      (stored) =>
        isSelected(stored, q) &&
        labelValue(stored.labels, LABEL.profileType) === typeId &&
        (q.profileIds === undefined || q.profileIds.includes(stored.profileId)),
    )
    .map((stored) => ({ ...stored, profile: selectSamples(stored.profile, q) }))
    .filter((stored) => stored.profile.samples.length > 0)
    .sort((a, b) => (a.timeNanos < b.timeNanos ? -1 : a.timeNanos > b.timeNanos ? 1 : 0));
}

function selectSamples(profile: Profile, q: ProfileSelection): Profile {
  const { spanIds, traceIds, callSite } = q;
  return keepSamples(profile, 0, (row) => {
    const { span, trace } = tracingOf(profile, row);
    if (spanIds !== undefined && (span === undefined || !spanIds.includes(span))) return false;
    if (traceIds !== undefined && (trace === undefined || !traceIds.includes(trace))) return false;
    if (callSite === undefined) return true;
    const names = reportedNames(profile, profile.samples.stack[row] ?? -1);
    return callSite.every((name, depth) => names[depth] === name);
  });
}

/** The span and the trace of a sample, where its labels hold valid ones. */
export function tracingOf(
  profile: Profile,
  row: number,
): { readonly span: SpanId | undefined; readonly trace: TraceId | undefined } {
  let span: SpanId | undefined;
  let trace: TraceId | undefined;
  for (const label of labelsOfSet(profile.labelSets, profile.samples.labels[row] ?? 0)) {
    if (label.kind !== 'text') continue;
    const text = profile.symbols.strings[label.text] ?? '';
    if (profile.symbols.strings[label.key] === LABEL.spanId) span = spanId(text);
    if (profile.symbols.strings[label.key] === LABEL.traceId) trace = traceId(text);
  }
  return { span, trace };
}

/** The names of a stack as the agent reported them, root first, inlined ones behind their holder. */
function reportedNames({ stacks, symbols }: Profile, stack: number): string[] {
  const { locations, functions, strings } = symbols;
  return locationsOfStack(stacks, stack).flatMap((location) => {
    const lines = locations.lineFunction.subarray(
      locations.lineStart[location],
      locations.lineStart[location + 1],
    );
    return Array.from(lines, (row) => strings[functions.name[row] ?? 0] ?? '').reverse();
  });
}

/** The profile with one of its sample types and the rows that pass. */
export function keepSamples(
  profile: Profile,
  type: number,
  isKept: (row: number) => boolean,
): Profile {
  const { samples, sampleTypes } = profile;
  const rows = Array.from({ length: samples.length }, (_, row) => row).filter(isKept);
  const pick = (column: Int32Array): Int32Array => Int32Array.from(rows, (row) => column[row] ?? 0);
  return {
    ...profile,
    sampleTypes: sampleTypes.slice(type, type + 1),
    samples: {
      length: rows.length,
      stack: pick(samples.stack),
      labels: pick(samples.labels),
      values: samples.values.slice(type, type + 1).map((column) => pickCells(column, rows)),
    },
  };
}

function pickCells(column: Int64Column, rows: readonly number[]): Int64Column {
  if (isWide(column)) return BigInt64Array.from(rows, (row) => column[row] ?? 0n);
  return Float64Array.from(rows, (row) => column[row] ?? 0);
}
