/** Whose data it is; `anonymous` when tenancy is off. */
export type TenantId = string & { readonly __brand: 'TenantId' };

/** A stored profile: a random UUID in lower case, made by the store. The same after a restart. */
export type ProfileId = string & { readonly __brand: 'ProfileId' };

/**
 * What a collector names a record by, so that sending it again does not count it twice: `emb1-`
 * and 32 hex digits. Remembered per tenant for a day.
 */
export type PushId = string & { readonly __brand: 'PushId' };

/** 16 hex digits in lower case. */
export type SpanId = string & { readonly __brand: 'SpanId' };

/** 32 hex digits in lower case. */
export type TraceId = string & { readonly __brand: 'TraceId' };

/** A request to delete series that the store has taken and will finish in the background. */
export type DeletionId = string & { readonly __brand: 'DeletionId' };

/** The tenant of all requests when tenancy is off. */
export const ANONYMOUS = tenantId('anonymous');

/** Marks a text as a tenant's id: only where it came through the door and was checked there. */
export function tenantId(checked: string): TenantId {
  return checked as TenantId;
}

export function profileId(checked: string): ProfileId {
  return checked as ProfileId;
}

/** The id in a push, if it is one that a collector of ours made; others mean nothing to a store. */
export function pushId(text: string): PushId | undefined {
  return /^emb1-[0-9a-f]{32}$/.test(text) ? (text as PushId) : undefined;
}

/** The id in a `span_id` label, if it is one. */
export function spanId(text: string): SpanId | undefined {
  return /^[0-9a-f]{16}$/i.test(text) ? (text.toLowerCase() as SpanId) : undefined;
}

/** The id in a `trace_id` label, if it is one. */
export function traceId(text: string): TraceId | undefined {
  return /^[0-9a-f]{32}$/i.test(text) ? (text.toLowerCase() as TraceId) : undefined;
}
