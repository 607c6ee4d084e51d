/**
 * Why a store could not do what it was asked to. Bad requests are not among these: whoever calls
 * has parsed and checked them. `reason` is a sentence for the user, with the values and the limit.
 */
export type StoreError =
  /** Nothing is wrong with the request; the same one may succeed in `retryAfterSeconds`. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number }
  /** A limit on what one query may hold in memory or read. */
  | { readonly kind: 'query-too-large'; readonly reason: string }
  | { readonly kind: 'deadline-exceeded'; readonly reason: string }
  /** The caller's signal was aborted. */
  | { readonly kind: 'cancelled'; readonly reason: string }
  /** Bytes on disk are not what was written. What is whole is still served; this was not. */
  | { readonly kind: 'damaged'; readonly reason: string };

export type StoreAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: StoreError };
