import { floorDivide, NANOS_PER_MILLI } from '@emberscope/units';
import { DAY_MILLIS } from './writer-limits.ts';

/** Whose stacks a dictionary holds, and of which day. */
export type EpochOwner = {
  readonly tenant: string;
  readonly service: string;
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
};

/** A text that only this owner has. */
export function keyOfOwner({ tenant, service, day }: EpochOwner): string {
  return `${day} ${tenant.length}:${tenant}${service}`;
}

/** Whether a key is that of an owner of this day. */
export function isOfDay(key: string, day: number): boolean {
  return key.startsWith(`${day} `);
}

const NANOS_PER_DAY = BigInt(DAY_MILLIS) * NANOS_PER_MILLI;

export function dayOfNanos(nanos: bigint): number {
  return Number(floorDivide(nanos, NANOS_PER_DAY));
}

export function dayOfMillis(millis: number): number {
  return Math.floor(millis / DAY_MILLIS);
}

/** `2026-11-22`. */
export function nameOfDay(day: number): string {
  return new Date(day * DAY_MILLIS).toISOString().slice(0, 10);
}
