import { withStubMapping, writePprof } from '@emberscope/pprof';
import type { Profile } from '@emberscope/profile';
import type { GoPGO } from '@emberscope/protocol/types';
import { unixNanos } from '@emberscope/units';
import type { ProfileSelection } from '../../store/selection.ts';
import { type AnswerBody, utf8 } from '../encode/answer-body.ts';
import { pprofJson } from '../encode/pprof-json.ts';
import { createProtoWriter } from '../encode/proto-writer.ts';
import { nanosRange } from '../millis-range.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { dropStackless } from './drop-stackless.ts';
import { keepLeaves } from './go-pgo.ts';

/** What was selected as a profile that says what Pyroscope's says; undefined when it is nothing. */
export async function mergedPprof(
  { reader, context }: Query<unknown>,
  selection: ProfileSelection | undefined,
  endMillis: bigint,
  goPgo: GoPGO | undefined,
): Promise<Profile | undefined> {
  if (selection === undefined) return undefined;
  const merged = answered(await reader.mergeProfile(selection, context));
  const profile = dropStackless(merged.profile);
  if (profile.samples.length === 0) return undefined;
  const kept = goPgo === undefined ? profile : keepLeaves(profile, goPgo);
  const { name, sampleType, sampleUnit, periodType, periodUnit } = selection.profileType;
  return withStubMapping({
    ...kept,
    sampleTypes: [{ type: sampleType, unit: sampleUnit }],
    defaultSampleType: sampleType,
    periodType: { type: periodType, unit: periodUnit },
    period: PERIOD_OF_NAME.get(name) ?? 1n,
    timeNanos: unixNanos(nanosRange(endMillis, endMillis).endNanos),
    durationNanos: 0n,
    comments: [],
    dropFrames: '',
    keepFrames: '',
  });
}

/** Pyroscope does not look at the profiles for this. */
const PERIOD_OF_NAME: ReadonlyMap<string, bigint> = new Map([
  ['process_cpu', 1_000_000_000n],
  ['memory', 524_288n],
]);

/** A bare pprof, no bytes at all for nothing. */
export function pprofBody(profile: Profile | undefined): AnswerBody {
  return {
    toProto: () => bytesOf(profile),
    toJson: () => utf8(jsonOf(profile)),
  };
}

/** A `SelectMergeStacktracesResponse` with a pprof in its field, which is also there for nothing. */
export function pprofFieldBody(profile: Profile | undefined): AnswerBody {
  return {
    toProto() {
      const bytes = bytesOf(profile);
      const wire = createProtoWriter(bytes.length + 32);
      wire.message(5, () => wire.message(1, () => wire.raw(bytes)));
      return wire.finish();
    },
    toJson: () => utf8(`{"pprof":{"profile":${jsonOf(profile)}}}`),
  };
}

function bytesOf(profile: Profile | undefined): Uint8Array<ArrayBuffer> {
  return profile === undefined ? new Uint8Array(0) : writePprof(profile);
}

function jsonOf(profile: Profile | undefined): string {
  return profile === undefined ? '{}' : pprofJson(profile);
}
