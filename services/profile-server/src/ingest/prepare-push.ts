import type { Label } from '@emberscope/labels';
import { type PprofMemory, readPprof } from '@emberscope/pprof';
import { utf8Bytes } from '@emberscope/units';
import { pushId } from '../store/ids.ts';
import { BatchBytes } from './batch-bytes.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { prepareSeries } from './prepare-series.ts';
import { newPush, PIECE_WORK_BYTES, type PushProgress, workBytesOf } from './push-piece.ts';
import type { PushedProfile } from './pushed-profile.ts';
import { invalid, malformed, type Refusal } from './refusal.ts';
import { SeriesCount } from './series-count.ts';
import { withService } from './series-rules.ts';
import { formatLabels } from './validate-labels.ts';

/** One series of a `push.v1` request, as it came. */
export type RawSeries = {
  readonly labels: readonly Label[];
  readonly samples: readonly { readonly bytes: Uint8Array; readonly id: string }[];
};

/**
 * Reads a piece of a Push: the profiles behind those that are done, one after another as they are
 * asked for, until they are work enough for one job. Each stands for itself: a bad one is an outcome
 * among the others, in the order of the request.
 *
 * A profile is read into `memory` and HOLDS UNTIL THE NEXT IS ASKED FOR: thousands of small ones with
 * memory of their own took three times as long, most of it to collect garbage.
 */
export function* preparePush(
  series: readonly RawSeries[],
  limits: IngestLimits,
  nowMillis: number,
  memory: PprofMemory,
  progress: PushProgress = newPush(),
): Generator<PushedProfile, void, undefined> {
  const batch = new BatchBytes(limits, progress);
  const count = new SeriesCount(progress);
  let workBytes = 0;
  let position = 0;
  for (const { labels, samples } of series) {
    const labelBytes = bytesOfLabels(labels);
    for (const { bytes, id } of samples) {
      if (position++ < progress.doneProfiles) continue;
      if (workBytes >= PIECE_WORK_BYTES) return;
      progress.doneProfiles++;
      const inflated = batch.inflate(bytes);
      const pushed =
        inflated.kind === 'refused'
          ? refused(0, inflated.refusal)
          : pushedProfile(
              {
                labels,
                id,
                bytes: inflated.bytes,
                sizeBytes: inflated.bytes.length + labelBytes,
              },
              limits,
              nowMillis,
              memory,
              count,
            );
      workBytes += workBytesOf(pushed);
      yield pushed;
    }
  }
}

export function profilesIn(series: readonly RawSeries[]): number {
  return series.reduce((sum, { samples }) => sum + samples.length, 0);
}

type PlainSample = {
  readonly labels: readonly Label[];
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
};

function pushedProfile(
  { labels, id, bytes, sizeBytes }: PlainSample,
  limits: IngestLimits,
  nowMillis: number,
  memory: PprofMemory,
  count: SeriesCount,
): PushedProfile {
  const read = readPprof(bytes, { limits: limits.pprof, memory });
  if (!read.ok) return refused(sizeBytes, refusalOf(read, withService(labels)));
  const prepared = prepareSeries(labels, read.profile, pushId(id), limits, nowMillis, count);
  if (!prepared.ok) return refused(sizeBytes, prepared.refusal);
  return { sizeBytes, outcome: { kind: 'ready', series: prepared.series } };
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
