import type { PushId, TenantId } from '../../ids.ts';

/**
 * Which push ids a store must know, may know, and must not. Between them lies what depends on how
 * often it forgets and on clocks that were set.
 */
export type SentPushIds = {
  add(tenant: TenantId, id: PushId, millis: number): void;
  /** `latestMillis`: the latest that the wall clock has ever shown. */
  mustBeKnown(tenant: TenantId, id: PushId, latestMillis: number): boolean;
  mayBeKnown(tenant: TenantId, id: PushId, nowMillis: number): boolean;
};

const DAY_MILLIS = 86_400_000;
/** A push takes time, and its id counts from some moment of it. */
const SLACK_MILLIS = 60_000;

export function createSentPushIds(): SentPushIds {
  const sent = new Map<string, number>();
  const ageOf = (tenant: TenantId, id: PushId, millis: number) =>
    millis - (sent.get(`${tenant} ${id}`) ?? Number.NEGATIVE_INFINITY);
  return {
    add(tenant, id, millis) {
      sent.set(`${tenant} ${id}`, millis);
    },
    mustBeKnown: (tenant, id, latestMillis) => ageOf(tenant, id, latestMillis) < DAY_MILLIS,
    mayBeKnown: (tenant, id, nowMillis) => ageOf(tenant, id, nowMillis) < DAY_MILLIS + SLACK_MILLIS,
  };
}
