import { MILLIS_PER_SECOND } from '@emberscope/units';
import type { TenantId } from '../store/ids.ts';

export type RateLimits = {
  /** `-distributor.ingestion-rate-limit-mb` as bytes a second; 0 lifts it. */
  readonly bytesPerSecond: number;
  /** `-distributor.ingestion-burst-size-mb` as bytes. */
  readonly burstBytes: number;
};

export type RateLimit = {
  /** Takes bytes from a tenant's bucket; the answer is why not, and then nothing was taken. */
  take(tenant: TenantId, bytes: number): string | undefined;
};

/** Buckets beyond this are swept of those that are full again: they say nothing. */
const MAX_BUCKETS = 10_000;

/** A bucket of tokens for each tenant, a token a byte. */
export function createRateLimit(
  { bytesPerSecond, burstBytes }: RateLimits,
  monotonicMillis: () => number,
): RateLimit {
  const buckets = new Map<TenantId, { level: number; atMillis: number }>();

  function levelOf(bucket: { level: number; atMillis: number }, nowMillis: number): number {
    const refilled = ((nowMillis - bucket.atMillis) / MILLIS_PER_SECOND) * bytesPerSecond;
    return Math.min(burstBytes, bucket.level + refilled);
  }

  return {
    take(tenant, bytes) {
      if (bytesPerSecond === 0) return undefined;
      const nowMillis = monotonicMillis();
      const bucket = buckets.get(tenant) ?? { level: burstBytes, atMillis: nowMillis };
      const level = levelOf(bucket, nowMillis);
      if (bytes > level) {
        return `push rate limit (${sizeText(bytesPerSecond)}) exceeded while adding ${sizeText(bytes)}`;
      }
      buckets.set(tenant, { level: level - bytes, atMillis: nowMillis });
      if (buckets.size > MAX_BUCKETS) {
        for (const [id, each] of buckets) {
          if (levelOf(each, nowMillis) >= burstBytes) buckets.delete(id);
        }
      }
      return undefined;
    },
  };
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.0 KiB`, `57 KiB`: in the words of the library that Pyroscope prints sizes with. */
function sizeText(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = Math.floor((bytes / 1024 ** power) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[power]}`;
}
