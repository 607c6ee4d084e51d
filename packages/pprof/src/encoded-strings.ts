/** Strings as UTF-8, one behind the other: string `i` is `bytes[start[i], start[i + 1])`. */
export type EncodedStrings = {
  readonly bytes: Uint8Array;
  /** One cell more than there are strings. */
  readonly start: Int32Array;
};

/** What {@link lazyStrings} has made. */
const encodedOf = new WeakMap<readonly string[], EncodedStrings>();

/**
 * The bytes of a string table that came out of a pprof and was not changed since; undefined for any
 * other. Who writes strings down need not have them decoded and encode them again.
 */
export function encodedStrings(strings: readonly string[]): EncodedStrings | undefined {
  return encodedOf.get(strings);
}

/**
 * An array of strings that are decoded when they are asked for: one for its row, all of them for
 * anything else but their number. Rows that are not in ASCII are decoded in `strings` already; the
 * array is this function's from now on.
 */
export function lazyStrings(encoded: EncodedStrings, strings: string[]): readonly string[] {
  let isWhole = false;
  const whole = () => {
    if (!isWhole) decodeRest(encoded, strings);
    isWhole = true;
    return strings;
  };
  const lazy = new Proxy(strings, {
    get(_, key) {
      if (isWhole || key === 'length') return Reflect.get(strings, key);
      const row = rowOfKey(key);
      if (!(row < strings.length)) return Reflect.get(whole(), key);
      strings[row] ??= decodeAscii(encoded, row, row + 1);
      return strings[row];
    },
    has: (_, key) => Reflect.has(whole(), key),
    ownKeys: () => Reflect.ownKeys(whole()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(whole(), key),
  });
  encodedOf.set(lazy, encoded);
  return lazy;
}

/** NaN for a key that is no row. */
function rowOfKey(key: string | symbol): number {
  return typeof key === 'string' && DIGITS.test(key) ? Number(key) : Number.NaN;
}

const DIGITS = /^\d+$/;

/**
 * Neighbours are decoded together and cut out of one text: ten times as fast as one by one. The
 * price is that one of them keeps the others in memory, {@link JOINED_MAX_BYTES} at most.
 */
function decodeRest(encoded: EncodedStrings, strings: string[]): void {
  const { start } = encoded;
  let row = 0;
  while (row < strings.length) {
    const first = start[row];
    let end = row;
    while (end < strings.length && strings[end] === undefined) {
      if (end > row && start[end + 1] - first > JOINED_MAX_BYTES) break;
      end++;
    }
    if (end > row) {
      const text = decodeAscii(encoded, row, end);
      for (; row < end; row++)
        strings[row] = text.slice(start[row] - first, start[row + 1] - first);
    } else row++;
  }
}

/** The strings of most profiles, and no more than a few strings may hold for nothing. */
const JOINED_MAX_BYTES = 65_536;

const decoder = new TextDecoder();

/** The characters of some neighbours, which are their bytes. */
function decodeAscii({ bytes, start }: EncodedStrings, row: number, endRow: number): string {
  if (start[row] === start[endRow]) return '';
  return decoder.decode(bytes.subarray(start[row], start[endRow]));
}
