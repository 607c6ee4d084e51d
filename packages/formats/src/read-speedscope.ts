import {
  createProfileBuilder,
  NO_STACK,
  type Profile,
  pushStacks,
  type StackIndex,
  type ValueType,
} from '@emberscope/profile';
import {
  parseSpeedscope,
  type SpeedscopeFile,
  type SpeedscopeProfile,
  type SpeedscopeUnit,
} from './speedscope-file.ts';
import { toInt64 } from './to-int64.ts';

export type NamedProfile = { readonly name: string; readonly profile: Profile };

export type ReadSpeedscope =
  | { readonly ok: true; readonly profiles: readonly NamedProfile[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a speedscope file for a person who opens it: each profile by its name, values as they are
 * meant (times in nanoseconds, rounded). What `/ingest` makes of such a file is another matter.
 */
export function readSpeedscope(bytes: Uint8Array): ReadSpeedscope {
  const parsed = parseSpeedscope(bytes);
  if (!parsed.ok) return parsed;
  const { file } = parsed;
  const profiles = file.profiles.map((profile) => ({
    name: profile.name === '' ? file.name : profile.name,
    profile: profileOf(file, profile),
  }));
  return { ok: true, profiles };
}

const TIME: ValueType = { type: 'time', unit: 'nanoseconds' };
const NANOS_PER_UNIT = {
  nanoseconds: 1,
  microseconds: 1e3,
  milliseconds: 1e6,
  seconds: 1e9,
} as const;

function profileOf(file: SpeedscopeFile, { unit, stacks, segments }: SpeedscopeProfile): Profile {
  const { sampleType, perUnit } = meaningOf(unit);
  const builder = createProfileBuilder({ sampleTypes: [sampleType] });
  // Only the frames that this profile has: a file may have many of both.
  const stackOf = pushStacks(stacks, builder.stacks, (frame) => {
    const { name, file: path, line } = file.frames[frame];
    return builder.frame({ name, file: path, startLine: line, line });
  });
  const weights = new Map<StackIndex, number>();
  for (const { stack: row, weight } of segments) {
    const stack = row === NO_STACK ? NO_STACK : stackOf[row];
    weights.set(stack, (weights.get(stack) ?? 0) + weight);
  }
  for (const [stack, weight] of weights) {
    builder.addSample(stack, [toInt64(weight * perUnit)]);
  }
  return builder.finish();
}

function meaningOf(unit: SpeedscopeUnit): { sampleType: ValueType; perUnit: number } {
  switch (unit) {
    case 'none':
      return { sampleType: { type: 'samples', unit: 'count' }, perUnit: 1 };
    case 'bytes':
      return { sampleType: { type: 'space', unit: 'bytes' }, perUnit: 1 };
    case 'nanoseconds':
    case 'microseconds':
    case 'milliseconds':
    case 'seconds':
      return { sampleType: TIME, perUnit: NANOS_PER_UNIT[unit] };
    default:
      return unit satisfies never;
  }
}
