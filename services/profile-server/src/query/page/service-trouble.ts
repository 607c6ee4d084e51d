import { SILENT_AFTER_INTERVALS } from './service-life.ts';
import type { Blocks } from './service-measures.ts';

/** What the order of the list is made of. */
export type ServiceHealth = {
  readonly blocks: Blocks | undefined;
  readonly newestMillis: bigint;
  readonly intervalMillis: bigint;
  /** Of the whole service. */
  readonly cores: number;
};

/**
 * Those in trouble first: longest time blocked, then silent longest beyond their interval, then
 * most cores. Services that are as they should be do not swap places while they live.
 */
export function compareTrouble(a: ServiceHealth, b: ServiceHealth, nowMillis: bigint): number {
  return (
    descending(a.blocks?.totalNanos ?? 0n, b.blocks?.totalNanos ?? 0n) ||
    descending(silentMillis(a, nowMillis), silentMillis(b, nowMillis)) ||
    b.cores - a.cores
  );
}

function silentMillis({ newestMillis, intervalMillis }: ServiceHealth, nowMillis: bigint): bigint {
  const sinceNewest = nowMillis - newestMillis;
  const isSilent = intervalMillis > 0n && sinceNewest > SILENT_AFTER_INTERVALS * intervalMillis;
  return isSilent ? sinceNewest - intervalMillis : 0n;
}

function descending(a: bigint, b: bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}
