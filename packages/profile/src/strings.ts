/** Row of a string table. Row 0 is always the empty string, as in pprof. */
export type StringIndex = number;

export type StringInterner = {
  intern(text: string): StringIndex;
  finish(): readonly string[];
};

/** Gives each distinct string one row; the empty string is row 0 from the start. */
export function createStringInterner(): StringInterner {
  const strings: string[] = [''];
  const rowByString = new Map<string, StringIndex>([['', 0]]);
  /** Rows of long strings by a hash of our own. */
  const rowsByHash = new Map<number, StringIndex[]>();

  function internLong(text: string): StringIndex {
    const hash = hashOf(text);
    const rows = rowsByHash.get(hash) ?? [];
    for (const row of rows) if (strings[row] === text) return row;
    rowsByHash.set(hash, [...rows, strings.length]);
    return strings.push(text) - 1;
  }

  return {
    intern(text) {
      if (text.length >= LONG_STRING_LENGTH) return internLong(text);
      let row = rowByString.get(text);
      if (row === undefined) {
        row = strings.length;
        strings.push(text);
        rowByString.set(text, row);
      }
      return row;
    },
    finish: () => strings.slice(),
  };
}

/**
 * From this length on, V8 takes the length for the hash of a string: in a Map, each would be compared
 * with all others that are as long.
 */
const LONG_STRING_LENGTH = 16_384;

/** Differs from process to process, so that nobody can send strings of one hash. */
const FACTOR = (Math.random() * 0x1_0000_0000) | 1;

function hashOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), FACTOR);
    hash ^= hash >>> 15;
  }
  return hash;
}
