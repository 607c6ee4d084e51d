import { createStringInterner, type StringIndex } from '@emberscope/profile';
import type { ProfilesDictionary } from '@emberscope/protocol/otlp/profiles';
import { attributeText } from './attribute-text.ts';

/** An attribute of a sample or a mapping; undefined `text` where its value can be no label. */
export type NamedText = {
  readonly name: string;
  readonly text: string | undefined;
  /** Equal names have equal rows, and so have texts; these are cheap to compare, whatever was sent. */
  readonly nameRow: StringIndex;
  readonly textRow: StringIndex | undefined;
};

/** The tables that all profiles of an export share, and what is worked out of them once. */
export type Dictionary = {
  readonly tables: ProfilesDictionary;
  readonly strings: readonly string[];
  /** Undefined for an index, or a key, that is not there. */
  attribute(index: number): NamedText | undefined;
};

export function createDictionary(tables: ProfilesDictionary): Dictionary {
  const { stringTable: strings, attributeTable } = tables;
  const interner = createStringInterner();
  const known = new Map<number, NamedText>();
  return {
    tables,
    strings,
    attribute(index) {
      const before = known.get(index);
      if (before !== undefined) return before;
      const attribute = attributeTable[index];
      const name = attribute && strings[attribute.keyStrindex];
      if (name === undefined) return undefined;
      const text = attributeText(attribute?.value, strings);
      const nameRow = interner.intern(name);
      const textRow = text === undefined ? undefined : interner.intern(text);
      const named = { name, text, nameRow, textRow };
      known.set(index, named);
      return named;
    },
  };
}
