import { createStringInterner, type StringIndex } from '@emberscope/profile';
import { attributeText } from './attribute-text.ts';
import type { Tables } from './otlp-export.ts';
import type { Texts } from './texts.ts';

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
  readonly tables: Tables;
  readonly texts: Texts;
  readonly locations: LocationColumns;
  /** Undefined for an index, or a key, that is not there. */
  attribute(index: number): NamedText | undefined;
};

/** What each stack asks of its locations, a cell for each row of the table. */
export type LocationColumns = {
  readonly mapping: Int32Array;
  /** 1 where all of its lines name a function, and there are lines; 0 where an address is all. */
  readonly isNamed: Uint8Array;
};

export function createDictionary(tables: Tables): Dictionary {
  const { texts, attributeTable } = tables;
  const interner = createStringInterner();
  const known = new Map<number, NamedText>();
  return {
    tables,
    texts,
    locations: locationColumns(tables),
    attribute(index) {
      const before = known.get(index);
      if (before !== undefined) return before;
      const attribute = attributeTable[index];
      const name = attribute && texts.at(attribute.keyStrindex);
      if (name === undefined) return undefined;
      const text = attributeText(attribute?.value, texts);
      const nameRow = interner.intern(name);
      const textRow = text === undefined ? undefined : interner.intern(text);
      const named = { name, text, nameRow, textRow };
      known.set(index, named);
      return named;
    },
  };
}

function locationColumns({ locationTable }: Tables): LocationColumns {
  const mapping = new Int32Array(locationTable.length);
  const isNamed = new Uint8Array(locationTable.length);
  for (const [row, { mappingIndex, lines }] of locationTable.entries()) {
    mapping[row] = mappingIndex;
    const named = lines.length > 0 && lines.every(({ functionIndex }) => functionIndex > 0);
    isNamed[row] = named ? 1 : 0;
  }
  return { mapping, isNamed };
}
