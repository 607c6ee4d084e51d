import type { ValueType } from '@emberscope/profile';
import type { Profile as OtlpProfile, Sample, TypeAndUnit } from './otlp-export.ts';
import type { Texts } from './texts.ts';
import { textAt, Unconvertible } from './unconvertible.ts';

/** What a profile measures, and how its numbers become ours. */
export type MeasuredType = {
  /** `__name__`; empty where the original knows none, which no series may have. */
  readonly profileName: string;
  readonly sampleType: ValueType;
  /** Absent when the profile names none, or a period of 0. */
  readonly period: { readonly type: ValueType; readonly length: bigint } | undefined;
  readonly values: 'as-they-are' | 'times-period' | 'sum';
};

/**
 * Counts of CPU samples become time, off-CPU time is called by its name, and anything else goes by
 * the type of its period.
 */
export function measuredType(profile: OtlpProfile, texts: Texts): MeasuredType {
  if (profile.sampleType === undefined) throw new Unconvertible('sample type is missing');
  const sampleType = valueType(profile.sampleType, texts, 'could not process sample type');
  const period =
    profile.periodType === undefined || profile.period === 0n
      ? undefined
      : {
          type: valueType(profile.periodType, texts, 'could not process period type'),
          length: profile.period,
        };
  const types = [sampleType, period?.type ?? { type: '', unit: '' }];
  switch (types.map(({ type, unit }) => `${type}:${unit}`).join(':')) {
    case 'samples:count:cpu:nanoseconds': {
      const cpu = { type: 'cpu', unit: 'nanoseconds' };
      return { profileName: 'process_cpu', sampleType: cpu, period, values: 'times-period' };
    }
    case 'off_cpu:nanoseconds::':
      return { profileName: 'off_cpu', sampleType, period, values: 'sum' };
    default:
      return {
        profileName: period?.type.type ?? '',
        sampleType,
        period,
        values: 'as-they-are',
      };
  }
}

function valueType(
  { typeStrindex, unitStrindex }: TypeAndUnit,
  texts: Texts,
  failed: string,
): ValueType {
  return {
    type: textAt(texts, typeStrindex, `${failed}: could not access type string`),
    unit: textAt(texts, unitStrindex, `${failed}: could not access unit string`),
  };
}

/** The value of a sample; undefined when it has none that a profile of one type could hold. */
export function sampleValue(
  { values, timestampsUnixNano }: Pick<Sample, 'values' | 'timestampsUnixNano'>,
  { period, values: how }: MeasuredType,
): bigint | undefined {
  const given = values.length > 0 ? values : [BigInt(timestampsUnixNano.length)];
  const [first = 0n, ...others] = given;
  if (values.length === 0 && timestampsUnixNano.length === 0) {
    throw new Unconvertible('sample value is required');
  }
  if (period !== undefined && others.length > 0) {
    throw new Unconvertible(`sample values length mismatch ${given.length} 1`);
  }
  switch (how) {
    case 'times-period':
      return asInt64(first * (period?.length ?? 1n));
    case 'sum':
      return asInt64(others.reduce((sum, value) => sum + value, first));
    case 'as-they-are':
      return others.length === 0 ? first : undefined;
    default:
      return how satisfies never;
  }
}

/** Past its range a number goes around, as it does in the original. */
function asInt64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}
