import { formatHumanizeBytes } from '@emberscope/units';
import { inflatedBytes, inflateProfile } from './inflate-profile.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { invalid, type Refusal } from './refusal.ts';

export type InflatedSample =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** How far a push has come: what was inflated of it, of good profiles and of such as were refused. */
export type BytesProgress = { takenBytes: number; wastedBytes: number };

/**
 * Inflates the profiles of one push one after another, and no more of all together than a push may be.
 * What is refused is counted by itself, as far as it was inflated: five kilobytes of gzip hold a
 * profile that is too large, and 24,000 of those kept a thread for 100 s.
 */
export class BatchBytes {
  private readonly maxProfileBytes: number;
  private readonly maxBatchBytes: number;
  private readonly progress: BytesProgress;

  constructor(
    { maxProfileBytes, maxBatchBytes }: IngestLimits,
    progress: BytesProgress = { takenBytes: 0, wastedBytes: 0 },
  ) {
    this.progress = progress;
    this.maxProfileBytes = maxProfileBytes || Number.POSITIVE_INFINITY;
    this.maxBatchBytes = maxBatchBytes || Number.POSITIVE_INFINITY;
  }

  inflate(sent: Uint8Array): InflatedSample {
    const { maxBatchBytes, progress } = this;
    if (progress.takenBytes > maxBatchBytes) return this.tooLargeBatch();
    if (progress.wastedBytes > maxBatchBytes) return this.tooMuchRefused();
    const mostBytes = Math.min(this.maxProfileBytes, maxBatchBytes);
    const inflated = inflateProfile(sent, Number.isFinite(mostBytes) ? mostBytes : 0);
    if (inflated.kind === 'ok') {
      progress.takenBytes += inflated.bytes.length;
      return progress.takenBytes > maxBatchBytes ? this.tooLargeBatch() : inflated;
    }
    progress.wastedBytes += Math.min(mostBytes, inflatedBytes(sent, inflated.kind));
    if (inflated.kind === 'refused') return inflated;
    return mostBytes < this.maxProfileBytes
      ? this.tooLargeBatch()
      : tooLarge('profile', this.maxProfileBytes);
  }

  private tooLargeBatch(): InflatedSample {
    return tooLarge('batched profile', this.maxBatchBytes);
  }

  private tooMuchRefused(): InflatedSample {
    const limit = formatHumanizeBytes(this.maxBatchBytes);
    return refused(`not read: what was refused before it exceeds ${limit} uncompressed`);
  }
}

function tooLarge(what: 'profile' | 'batched profile', limitBytes: number): InflatedSample {
  const limit = formatHumanizeBytes(limitBytes);
  return refused(`uncompressed ${what} payload size exceeds limit of ${limit}`);
}

function refused(reason: string): InflatedSample {
  return { kind: 'refused', refusal: invalid('profile_size_limit', reason) };
}
