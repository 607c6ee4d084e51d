import type { Label } from '@emberscope/labels';
import { readPprof } from '@emberscope/pprof';
import { formatHumanizeBytes, utf8Bytes } from '@emberscope/units';
import { pushId } from '../store/ids.ts';
import type { PushSeries } from '../store/push.ts';
import { inflateProfile } from './inflate-profile.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { prepareSeries } from './prepare-series.ts';
import type { PushedProfile } from './pushed-profile.ts';
import { invalid, malformed, type Refusal } from './refusal.ts';
import { withService } from './series-rules.ts';
import { formatLabels } from './validate-labels.ts';

/** One series of a `push.v1` request, as it came. */
export type RawSeries = {
  readonly labels: readonly Label[];
  readonly samples: readonly { readonly bytes: Uint8Array; readonly id: string }[];
};

/**
 * Reads every profile of a Push. Each stands for itself: a bad one is an outcome among the others,
 * in the order of the request.
 */
export function preparePush(
  series: readonly RawSeries[],
  limits: IngestLimits,
  nowMillis: number,
): readonly PushedProfile[] {
  let batchBytes = 0;
  return series.flatMap(({ labels, samples }) => {
    const labelBytes = bytesOfLabels(labels);
    return samples.map(({ bytes, id }): PushedProfile => {
      const inflated = inflateProfile(bytes, limits.maxProfileBytes);
      if (inflated.kind === 'too-large') return refused(0, tooLarge(limits.maxProfileBytes));
      if (inflated.kind === 'refused') return refused(0, inflated.refusal);
      batchBytes += inflated.bytes.length;
      if (limits.maxBatchBytes > 0 && batchBytes > limits.maxBatchBytes) {
        return refused(0, tooLargeBatch(limits.maxBatchBytes));
      }
      const sizeBytes = inflated.bytes.length + labelBytes;
      const read = readPprof(inflated.bytes, { limits: limits.pprof });
      if (!read.ok) return refused(sizeBytes, refusalOf(read, withService(labels)));
      const prepared = prepareSeries(labels, read.profile, pushId(id), limits, nowMillis);
      if (!prepared.ok) return refused(sizeBytes, prepared.refusal);
      return { sizeBytes, outcome: { kind: 'ready', series: withTexts(prepared.series, read) } };
    });
  });
}

type GoodPprof = Extract<ReturnType<typeof readPprof>, { readonly ok: true }>;

/** Strings go on as the bytes they came as, where nothing that was done to the profile changed them. */
function withTexts(
  series: readonly PushSeries[],
  { profile: { symbols }, texts }: GoodPprof,
): readonly PushSeries[] {
  return series.map(({ labels, profiles }) => ({
    labels,
    profiles: profiles.map((pushed) =>
      pushed.profile.symbols.strings === symbols.strings ? { ...pushed, texts } : pushed,
    ),
  }));
}

type UnreadPprof = Extract<ReturnType<typeof readPprof>, { readonly ok: false }>;

/** What the reader of pprof says, as Push and `/ingest` pass it on. */
export function refusalOf(read: UnreadPprof, labels: readonly Label[]): Refusal {
  const about = `the profile with labels '${formatLabels(labels)}' `;
  switch (read.kind) {
    case 'not-pprof':
      return malformed(read.reason);
    case 'invalid':
      return invalid('malformed_profile', read.reason);
    case 'too-many-samples':
      return invalid('samples_limit', about + read.reason);
    case 'too-many-sample-labels':
      return invalid('sample_labels_limit', about + read.reason);
    default:
      return read satisfies never;
  }
}

export function bytesOfLabels(labels: readonly Label[]): number {
  let bytes = 0;
  for (const { name, value } of labels) bytes += utf8Bytes(name) + utf8Bytes(value);
  return bytes;
}

function refused(sizeBytes: number, refusal: Refusal): PushedProfile {
  return { sizeBytes, outcome: { kind: 'refused', refusal } };
}

function tooLarge(limitBytes: number): Refusal {
  const limit = formatHumanizeBytes(limitBytes);
  return invalid(
    'profile_size_limit',
    `uncompressed profile payload size exceeds limit of ${limit}`,
  );
}

function tooLargeBatch(limitBytes: number): Refusal {
  const limit = formatHumanizeBytes(limitBytes);
  return invalid(
    'profile_size_limit',
    `uncompressed batched profile payload size exceeds limit of ${limit}`,
  );
}
