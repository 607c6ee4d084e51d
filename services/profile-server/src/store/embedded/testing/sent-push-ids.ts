import type { PushId, TenantId } from '../../ids.ts';

/**
 * Which push ids a store must know: those of a day. It may know older ones, since a restart counts
 * their age anew, and it must not know any that was never stored.
 */
export type SentPushIds = {
  /** `passedMillis`: what the wall clock has gone forward in all; it may have been set back. */
  add(tenant: TenantId, id: PushId, passedMillis: number): void;
  mustBeKnown(tenant: TenantId, id: PushId, passedMillis: number): boolean;
  mayBeKnown(tenant: TenantId, id: PushId): boolean;
};

const DAY_MILLIS = 86_400_000;

export function createSentPushIds(): SentPushIds {
  const sent = new Map<string, number>();
  const ageOf = (tenant: TenantId, id: PushId, millis: number) =>
    millis - (sent.get(`${tenant} ${id}`) ?? Number.NEGATIVE_INFINITY);
  return {
    add(tenant, id, millis) {
      sent.set(`${tenant} ${id}`, millis);
    },
    mustBeKnown: (tenant, id, passedMillis) => ageOf(tenant, id, passedMillis) < DAY_MILLIS,
    mayBeKnown: (tenant, id) => sent.has(`${tenant} ${id}`),
  };
}
