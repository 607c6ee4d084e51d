import type { Profile } from '@emberscope/profile';
import { type UnixNanos, unixNanos } from '@emberscope/units';
import { type ConversionBudget, SERIES_BYTES } from './conversion-budget.ts';
import type { Dictionary, NamedText } from './dictionary.ts';
import { type MeasuredType, measuredType, sampleValue } from './measured-type.ts';
import type { Profile as OtlpProfile, Sample } from './otlp-export.ts';
import { createSampleRows, type SampleRows } from './sample-rows.ts';
import { SERVICE_ATTRIBUTE } from './series-labels.ts';

export type ConvertedProfile =
  /** One for each service that its samples name. */
  | { readonly kind: 'series'; readonly series: readonly ConvertedSeries[] }
  /** A sample's attributes cannot be told. The original passes over such a profile without a word. */
  | { readonly kind: 'dropped' };

export type ConvertedSeries = {
  /** `__name__`, which may be empty. */
  readonly profileName: string;
  /** Undefined for that of the resource. */
  readonly service: string | undefined;
  /** Undefined when a sample has more values than the profile has types. */
  readonly profile: Profile | undefined;
};

export type ConversionContext = {
  readonly dictionary: Dictionary;
  readonly budget: ConversionBudget;
  readonly maxStackDepth: number;
  readonly nowNanos: UnixNanos;
};

type ServiceRows = {
  readonly service: string | undefined;
  readonly rows: SampleRows;
  readonly measured: MeasuredType;
  hasOtherLength: boolean;
};

/** For profiles that do not say: the period of most profilers. */
const UNKNOWN_DURATION_NANOS = 10_000_000_000n;

/**
 * Makes profiles of ours of one of OTLP's: one for each `service.name` of its samples.
 *
 * @throws Unconvertible
 */
export function convertProfile(profile: OtlpProfile, context: ConversionContext): ConvertedProfile {
  const { dictionary, budget, maxStackDepth } = context;
  /** By the row of the name; undefined for samples that name none. */
  const services = new Map<number | undefined, ServiceRows>();
  for (const sample of profile.samples) {
    const attributes = attributesOf(sample, dictionary);
    if (attributes === undefined) return { kind: 'dropped' };
    const service = attributes.find(({ name }) => name === SERVICE_ATTRIBUTE);
    let found = services.get(service?.textRow);
    if (found === undefined) {
      budget.countSeries();
      budget.spend(SERIES_BYTES);
      found = {
        service: service?.text,
        rows: createSampleRows(dictionary, maxStackDepth, budget),
        measured: measuredType(profile, dictionary.texts),
        hasOtherLength: false,
      };
      services.set(service?.textRow, found);
    }
    const value = sampleValue(sample, found.measured);
    if (value === undefined) found.hasOtherLength = true;
    const others = withoutService(attributes);
    found.rows.add(sample, value ?? 0n, others);
  }
  return {
    kind: 'series',
    series: [...services.values()].map(({ service, rows, measured, hasOtherLength }) => ({
      profileName: measured.profileName,
      service,
      profile: hasOtherLength ? undefined : profileOf(profile, measured, rows, context.nowNanos),
    })),
  };
}

const NO_ATTRIBUTES: readonly NamedText[] = [];

/** Most that have any have this alone. */
function withoutService(attributes: readonly NamedText[]): readonly NamedText[] {
  const [first] = attributes;
  if (attributes.length === 1 && first?.name === SERVICE_ATTRIBUTE) return NO_ATTRIBUTES;
  return attributes.filter(({ name }) => name !== SERVICE_ATTRIBUTE);
}

/** Undefined when one of them, or its key, is not there. */
function attributesOf(
  { attributeIndices }: Sample,
  { attribute }: Dictionary,
): readonly NamedText[] | undefined {
  if (attributeIndices.length === 0) return NO_ATTRIBUTES;
  const attributes: NamedText[] = [];
  for (const index of attributeIndices) {
    const found = attribute(index);
    if (found === undefined) return undefined;
    attributes.push(found);
  }
  return attributes;
}

function profileOf(
  { timeUnixNano, durationNano }: OtlpProfile,
  { sampleType, period }: MeasuredType,
  rows: SampleRows,
  nowNanos: UnixNanos,
): Profile {
  return {
    sampleTypes: [sampleType],
    defaultSampleType: '',
    periodType: period?.type,
    period: period?.length ?? 0n,
    timeNanos: timeUnixNano === 0n ? nowNanos : unixNanos(BigInt.asIntN(64, timeUnixNano)),
    durationNanos: durationNano === 0n ? UNKNOWN_DURATION_NANOS : BigInt.asIntN(64, durationNano),
    ...rows.finish(),
    comments: [],
    dropFrames: '',
    keepFrames: '',
  };
}
