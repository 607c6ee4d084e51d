import { formatHumanizeBytes } from '@emberscope/units';
import { inflateProfile } from './inflate-profile.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { invalid, type Refusal } from './refusal.ts';

export type InflatedSample =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A byte of gzip becomes no more than this. */
const GZIP_MAX_GROWTH = 1032;

/**
 * Inflates the profiles of one push one after another, and no more of all together than a push may be.
 * What is refused is counted by itself, as far as it can have been inflated: five kilobytes of gzip
 * hold a profile that is too large, and 24,000 of those kept a thread for 100 s.
 */
export class BatchBytes {
  private readonly maxProfileBytes: number;
  private readonly maxBatchBytes: number;
  private takenBytes = 0;
  private wastedBytes = 0;

  constructor({ maxProfileBytes, maxBatchBytes }: IngestLimits) {
    this.maxProfileBytes = maxProfileBytes || Number.POSITIVE_INFINITY;
    this.maxBatchBytes = maxBatchBytes || Number.POSITIVE_INFINITY;
  }

  inflate(sent: Uint8Array): InflatedSample {
    const { maxBatchBytes } = this;
    if (Math.max(this.takenBytes, this.wastedBytes) > maxBatchBytes) return this.tooLargeBatch();
    const mostBytes = Math.min(this.maxProfileBytes, maxBatchBytes);
    const inflated = inflateProfile(sent, Number.isFinite(mostBytes) ? mostBytes : 0);
    if (inflated.kind === 'ok') {
      this.takenBytes += inflated.bytes.length;
      return this.takenBytes > maxBatchBytes ? this.tooLargeBatch() : inflated;
    }
    this.wastedBytes += Math.min(mostBytes, sent.length * GZIP_MAX_GROWTH);
    if (inflated.kind === 'refused') return inflated;
    return mostBytes < this.maxProfileBytes
      ? this.tooLargeBatch()
      : tooLarge('profile', this.maxProfileBytes);
  }

  private tooLargeBatch(): InflatedSample {
    return tooLarge('batched profile', this.maxBatchBytes);
  }
}

function tooLarge(what: 'profile' | 'batched profile', limitBytes: number): InflatedSample {
  const limit = formatHumanizeBytes(limitBytes);
  const reason = `uncompressed ${what} payload size exceeds limit of ${limit}`;
  return { kind: 'refused', refusal: invalid('profile_size_limit', reason) };
}
