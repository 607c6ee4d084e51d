import {
  createInt64ColumnBuilder,
  int64At,
  mergeProfiles,
  NO_LABELS,
  type Profile,
  sumInt64,
} from '@emberscope/profile';
import type { Coverage } from '../answers.ts';
import type { MergeMode } from '../selection.ts';
import type { StoredProfile } from './stored-profile.ts';

/** One profile of many, or undefined of none. */
export function mergeStored(
  profiles: readonly StoredProfile[],
  mode: MergeMode,
): Profile | undefined {
  switch (mode) {
    case 'sum':
      return sumOf(profiles.map(({ profile }) => profile));
    case 'average':
      return sumOf(
        seriesOf(profiles).flatMap((series) => {
          const sum = sumOf(series.map(({ profile }) => profile));
          return sum === undefined ? [] : divide(sum, BigInt(series.length));
        }),
      );
    case 'last':
      return sumOf(seriesOf(profiles).flatMap((series) => series.at(-1)?.profile ?? []));
    default:
      return mode satisfies never;
  }
}

/** The value of everything in the profiles, merged by the mode. */
export function totalOf(profiles: readonly StoredProfile[], mode: MergeMode): bigint {
  const merged = mergeStored(profiles, mode);
  return merged === undefined ? 0n : profileTotal(merged);
}

/** The values of all profiles, of whatever type, added up. */
export function sumOfTotals(profiles: readonly StoredProfile[]): bigint {
  return profiles.reduce((sum, { profile }) => sum + profileTotal(profile), 0n);
}

export function profileTotal(profile: Profile): bigint {
  return sumInt64(profile.samples.values[0] ?? new Float64Array(0));
}

export function coverageOf(profiles: readonly StoredProfile[]): Coverage {
  return {
    profileCount: profiles.length,
    seriesCount: seriesOf(profiles).length,
    coveredNanos: profiles.reduce((sum, { profile }) => sum + profile.durationNanos, 0n),
  };
}

/** Profiles by tenant and label set, each series in the order of the profiles. */
function seriesOf(profiles: readonly StoredProfile[]): StoredProfile[][] {
  const series = new Map<string, StoredProfile[]>();
  for (const stored of profiles) {
    const key = `${stored.tenant} ${stored.labels.key}`;
    series.set(key, [...(series.get(key) ?? []), stored]);
  }
  return [...series.values()];
}

function sumOf(profiles: readonly Profile[]): Profile | undefined {
  if (profiles.length === 0) return undefined;
  const merged = mergeProfiles(profiles.map(withoutLabels));
  if (!merged.ok) throw new Error(merged.reason);
  return merged.profile;
}

function withoutLabels(profile: Profile): Profile {
  const labels = new Int32Array(profile.samples.length).fill(NO_LABELS);
  return { ...profile, samples: { ...profile.samples, labels } };
}

/** The mean of `count` profiles whose sum is given, each stack rounded to the nearest, halves up. */
function divide(sum: Profile, count: bigint): Profile {
  const [values = new Float64Array(0)] = sum.samples.values;
  const mean = createInt64ColumnBuilder(values.length);
  for (let row = 0; row < values.length; row++) {
    mean.push((2n * int64At(values, row) + count) / (2n * count));
  }
  return { ...sum, samples: { ...sum.samples, values: [mean.finish()] } };
}
