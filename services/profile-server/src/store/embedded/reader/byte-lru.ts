/**
 * Things that are kept while there is room: those go first that nobody has asked for since there was
 * too little of it last. Keys are texts that say what a thing is, so that it is found again by
 * whoever needs it next.
 */
export type ByteLru<Value> = {
  get(key: string): Value | undefined;
  /** Keeps a thing of so many bytes; one that has all of the room to itself is not kept. */
  set(key: string, value: Value, bytes: number): void;
  /** A thing became larger, if it is kept still. */
  grow(key: string, bytes: number): void;
  clear(): void;
  readonly bytes: () => number;
};

/** Asking marks and does not move: thousands are asked for in a query, and few ever go. */
type Kept<Value> = { readonly value: Value; bytes: number; isUsed: boolean };

export function createByteLru<Value>(maxBytes: number): ByteLru<Value> {
  // A Map goes through its keys in the order in which they were set, and comes to those that are set
  // meanwhile as well.
  const kept = new Map<string, Kept<Value>>();
  let bytes = 0;

  function drop(key: string): void {
    const one = kept.get(key);
    if (one === undefined) return;
    kept.delete(key);
    bytes -= one.bytes;
  }

  function keepWithinLimit(): void {
    for (const [key, one] of kept) {
      if (bytes <= maxBytes) return;
      if (one.isUsed) {
        one.isUsed = false;
        kept.delete(key);
        kept.set(key, one);
      } else drop(key);
    }
  }

  return {
    get(key) {
      const one = kept.get(key);
      if (one === undefined) return undefined;
      one.isUsed = true;
      return one.value;
    },
    set(key, value, valueBytes) {
      drop(key);
      kept.set(key, { value, bytes: valueBytes, isUsed: false });
      bytes += valueBytes;
      keepWithinLimit();
    },
    grow(key, more) {
      const one = kept.get(key);
      if (one === undefined) return;
      one.bytes += more;
      bytes += more;
      keepWithinLimit();
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
    bytes: () => bytes,
  };
}
