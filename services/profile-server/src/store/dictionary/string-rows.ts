import type { StringIndex } from '@emberscope/profile';
import type { EncodedTexts } from './encoded-texts.ts';
import { ARRAY_BYTES, MAP_ENTRY_BYTES, POINTER_BYTES, stringBytes } from './heap-sizes.ts';

/** Strings, each distinct one once; row 0 is the empty string. */
export type StringRows = {
  intern(text: string): StringIndex;
  /** The same for one of some encoded texts, where rows are found by bytes. */
  readonly internEncoded?: (texts: EncodedTexts, text: number) => StringIndex;
  /** Finds the rows of all of some encoded texts: a cell for each, {@link NOT_FOUND} where there is none. */
  readonly findEncoded?: (texts: EncodedTexts, found: Int32Array) => void;
  /** The strings so far. More may follow behind them. */
  view(): readonly string[];
  /** Gives back what only `intern` needs. */
  close(): void;
  readonly bytes: () => number;
};

export function createStringRows(): StringRows {
  const strings = [''];
  let rowOf: Map<string, StringIndex> | undefined = new Map([['', 0]]);
  let textBytes = 0;
  return {
    intern(text) {
      if (rowOf === undefined) throw new Error('the strings are closed');
      const known = rowOf.get(text);
      if (known !== undefined) return known;
      const row = strings.length;
      strings.push(text);
      rowOf.set(text, row);
      textBytes += stringBytes(text);
      return row;
    },
    view: () => strings,
    close() {
      rowOf = undefined;
    },
    bytes() {
      const mapBytes = rowOf === undefined ? 0 : ARRAY_BYTES + rowOf.size * MAP_ENTRY_BYTES;
      return ARRAY_BYTES + strings.length * POINTER_BYTES + textBytes + mapBytes;
    },
  };
}
