import type { StringIndex } from '@emberscope/profile';
import { type Section, spanBytes } from './wire-writer.ts';

/** The string table of a profile that is being written: its own strings, and the header's. */
export type StringTable = {
  /** The row of a string of the header: the first that has it, or a new one at the end. */
  rowOf(text: string): StringIndex;
  /** The table, as field 6, once all rows are known. */
  section(): Section;
};

export function createStringTable(own: readonly string[]): StringTable {
  if (own[0] !== '') throw new RangeError('the first string of a profile is the empty one');
  const added: string[] = [];
  return {
    rowOf(text) {
      const known = own.indexOf(text);
      if (known !== -1) return known;
      const row = added.indexOf(text);
      return own.length + (row === -1 ? added.push(text) - 1 : row);
    },
    section: () => stringSection([...own, ...added]),
  };
}

/** Encoding all strings at once is several times as fast as one by one, where that is possible. */
function stringSection(strings: readonly string[]): Section {
  const together = strings.join('');
  const encoded = encoder.encode(together);
  if (encoded.length !== together.length) return nonAsciiSection(strings);
  return {
    byteLength: strings.reduce((sum, text) => sum + spanBytes(text.length), 0),
    write(wire) {
      let start = 0;
      for (const text of strings) {
        wire.span(0x32, text.length);
        wire.copy(encoded, start, start + text.length);
        start += text.length;
      }
    },
  };
}

/** Where a character takes more than one byte, nobody knows where the strings begin. */
function nonAsciiSection(strings: readonly string[]): Section {
  const encoded = strings.map((text) => encoder.encode(text));
  return {
    byteLength: encoded.reduce((sum, bytes) => sum + spanBytes(bytes.length), 0),
    write(wire) {
      for (const bytes of encoded) {
        wire.span(0x32, bytes.length);
        wire.copy(bytes, 0, bytes.length);
      }
    },
  };
}

const encoder = new TextEncoder();
