/**
 * Things that are kept while there is room: those that were not asked for longest go first. Keys
 * are texts that say what a thing is, so that it is found again by whoever needs it next.
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

type Kept<Value> = { readonly value: Value; bytes: number };

export function createByteLru<Value>(maxBytes: number): ByteLru<Value> {
  // A Map goes through its keys in the order in which they were set.
  const kept = new Map<string, Kept<Value>>();
  let bytes = 0;

  function drop(key: string): void {
    const one = kept.get(key);
    if (one === undefined) return;
    kept.delete(key);
    bytes -= one.bytes;
  }

  function keepWithinLimit(): void {
    for (const key of kept.keys()) {
      if (bytes <= maxBytes) return;
      drop(key);
    }
  }

  return {
    get(key) {
      const one = kept.get(key);
      if (one === undefined) return undefined;
      kept.delete(key);
      kept.set(key, one);
      return one.value;
    },
    set(key, value, valueBytes) {
      drop(key);
      kept.set(key, { value, bytes: valueBytes });
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
