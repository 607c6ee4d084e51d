/** The strings of a dictionary, by their rows. */
export type Texts = {
  readonly length: number;
  /** Undefined for a row that there is not. */
  at(row: number): string | undefined;
  /** How long a text is before it is made, in bytes or in characters; 0 where there is none. */
  lengthAt(row: number): number;
};

export function textsOf(strings: readonly string[]): Texts {
  return {
    length: strings.length,
    at: (row) => strings[row],
    lengthAt: (row) => strings[row]?.length ?? 0,
  };
}

/** Texts that lie in the bytes of a message, as they are added. */
export type TextRows = Texts & { add(start: number, end: number): void };

/**
 * Makes a text when it is asked for, and once: a message may hold 250 MB of text that nothing refers
 * to. The spans have been found to be UTF-8.
 */
export function createTextRows(message: Uint8Array): TextRows {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  const starts: number[] = [];
  const ends: number[] = [];
  const made: (string | undefined)[] = [];
  return {
    get length() {
      return starts.length;
    },
    add(start, end) {
      starts.push(start);
      ends.push(end);
    },
    at(row) {
      const start = starts[row];
      const end = ends[row];
      if (start === undefined || end === undefined) return undefined;
      made[row] ??= bytes.toString('utf8', start, end);
      return made[row];
    },
    lengthAt: (row) => (ends[row] ?? 0) - (starts[row] ?? 0),
  };
}
