import type { Label } from '@emberscope/labels';
import { type PprofMemory, readPprof, writePprof } from '@emberscope/pprof';
import type { Profile } from '@emberscope/profile';
import type { IngestLimits } from './ingest-limits.ts';
import { bytesOfLabels, refusalOf } from './prepare-push.ts';
import { prepareSeries } from './prepare-series.ts';
import type { PushedProfile } from './pushed-profile.ts';
import { invalid, type Refusal } from './refusal.ts';
import type { SeriesCount } from './series-count.ts';
import { withService } from './series-rules.ts';
import { formatLabels } from './validate-labels.ts';

/**
 * Prepares a profile of another format by way of pprof, as the original does: the limits of pprof,
 * its checks and their words are the same for all that is pushed, and its size is what a tenant's
 * rate is counted in. In `memory`, where that is given, it holds until something else is read into it.
 */
export function throughPprof(
  labels: readonly Label[],
  profile: Profile,
  limits: IngestLimits,
  nowMillis: number,
  count: SeriesCount,
  memory?: PprofMemory,
): PushedProfile {
  const { maxSamples } = limits.pprof;
  if (profile.samples.length > maxSamples) {
    // Before bytes are made of them.
    const reason = `exceeds the samples count limit (max_profile_stacktrace_samples, actual: ${profile.samples.length}, limit: ${maxSamples})`;
    return refused(0, refusalOf({ kind: 'too-many-samples', reason }, withService(labels)));
  }
  const bytes = writePprof(profile);
  const sizeBytes = bytes.length + bytesOfLabels(labels);
  const { maxProfileBytes } = limits;
  if (maxProfileBytes > 0 && bytes.length > maxProfileBytes) {
    return refused(sizeBytes, tooLarge(labels, bytes.length, maxProfileBytes));
  }
  const read = readPprof(bytes, { limits: limits.pprof, memory });
  if (!read.ok) return refused(sizeBytes, refusalOf(read, withService(labels)));
  const prepared = prepareSeries(labels, read.profile, undefined, limits, nowMillis, count);
  if (!prepared.ok) return refused(sizeBytes, prepared.refusal);
  return { sizeBytes, outcome: { kind: 'ready', series: prepared.series } };
}

function refused(sizeBytes: number, refusal: Refusal): PushedProfile {
  return { sizeBytes, outcome: { kind: 'refused', refusal } };
}

function tooLarge(labels: readonly Label[], sizeBytes: number, limitBytes: number): Refusal {
  const about = `the profile with labels '${formatLabels(withService(labels))}'`;
  const reason = `${about} exceeds the size limit (max_profile_size_byte, actual: ${sizeBytes}, limit: ${limitBytes})`;
  return invalid('profile_size_limit', reason);
}
