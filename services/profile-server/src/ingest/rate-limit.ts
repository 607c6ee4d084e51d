import { formatIecBytes, MILLIS_PER_SECOND } from '@emberscope/units';
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
        return `push rate limit (${formatIecBytes(bytesPerSecond)}) exceeded while adding ${formatIecBytes(bytes)}`;
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
