import type { PushId, TenantId } from '../../ids.ts';

/**
 * Which push ids a store must know: those of a day, as long as it would take their profile once more:
 * what is sent again under an id is the same profile, and refused once it is too old. It may know older ones, since a restart counts
 * their age anew, and it must not know any that was never stored.
 */
export type SentPushIds = {
  /** `passedMillis`: what the wall clock has gone forward in all; it may have been set back. */
  add(tenant: TenantId, id: PushId, passedMillis: number, timeNanos: bigint): void;
  /** `floorNanos`: profiles that are older were refused at some time. */
  mustBeKnown(tenant: TenantId, id: PushId, passedMillis: number, floorNanos: bigint): boolean;
  mayBeKnown(tenant: TenantId, id: PushId): boolean;
};

const DAY_MILLIS = 86_400_000;

export function createSentPushIds(): SentPushIds {
  const sent = new Map<string, { readonly millis: number; readonly timeNanos: bigint }>();
  const ageOf = (tenant: TenantId, id: PushId, millis: number) =>
    millis - (sent.get(`${tenant} ${id}`)?.millis ?? Number.NEGATIVE_INFINITY);
  return {
    add(tenant, id, millis, timeNanos) {
      sent.set(`${tenant} ${id}`, { millis, timeNanos });
    },
    mustBeKnown(tenant, id, passedMillis, floorNanos) {
      const { timeNanos = floorNanos } = sent.get(`${tenant} ${id}`) ?? {};
      return ageOf(tenant, id, passedMillis) < DAY_MILLIS && timeNanos >= floorNanos;
    },
    mayBeKnown: (tenant, id) => sent.has(`${tenant} ${id}`),
  };
}
