export type UnixNanos = bigint & { readonly __unit: 'UnixNanos' };
export function unixNanos(nanos: bigint): UnixNanos {
  return nanos as UnixNanos;
}
