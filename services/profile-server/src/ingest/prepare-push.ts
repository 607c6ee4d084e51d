import type { Label } from '@emberscope/labels';
import { PprofMemory, readPprof } from '@emberscope/pprof';
import { formatHumanizeBytes, utf8Bytes } from '@emberscope/units';
import { pushId } from '../store/ids.ts';
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
 *
 * A single profile is read into `memory`, and holds until something else is. Several have memory of
 * their own each, since they are all answered together.
 */
export function preparePush(
  series: readonly RawSeries[],
  limits: IngestLimits,
  nowMillis: number,
  memory: PprofMemory,
): readonly PushedProfile[] {
  let batchBytes = 0;
  let count = 0;
  for (const { samples } of series) count += samples.length;
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
      const read = readPprof(inflated.bytes, {
        limits: limits.pprof,
        memory: count === 1 ? memory : new PprofMemory(),
      });
      if (!read.ok) return refused(sizeBytes, refusalOf(read, withService(labels)));
      const prepared = prepareSeries(labels, read.profile, pushId(id), limits, nowMillis);
      if (!prepared.ok) return refused(sizeBytes, prepared.refusal);
      return { sizeBytes, outcome: { kind: 'ready', series: prepared.series } };
    });
  });
}

type UnreadPprof = Pick<
  Extract<ReturnType<typeof readPprof>, { readonly ok: false }>,
  'kind' | 'reason'
>;

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
      return read.kind satisfies never;
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
