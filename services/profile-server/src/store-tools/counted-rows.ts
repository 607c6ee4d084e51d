import type { DictionaryRows, RowCounts } from '../store/embedded/codec/dictionary-rows.ts';

/** Takes the rows of a dictionary in and keeps how many there are: what refers to them is checked by counts. */
export function createCountedRows(before: RowCounts): DictionaryRows {
  const counts = { ...before };
  return {
    counts: () => ({ ...counts }),
    addString: () => void counts.strings++,
    addFunction: () => void counts.functions++,
    addMapping: () => void counts.mappings++,
    addLocation: () => void counts.locations++,
    addStack: () => void counts.stacks++,
  };
}

export function isSameCount(a: RowCounts, b: RowCounts): boolean {
  return (
    a.strings === b.strings &&
    a.functions === b.functions &&
    a.mappings === b.mappings &&
    a.locations === b.locations &&
    a.stacks === b.stacks
  );
}

export function textOfCounts(counts: RowCounts): string {
  const { strings, functions, mappings, locations, stacks } = counts;
  return `${strings} strings, ${functions} functions, ${mappings} mappings, ${locations} locations, ${stacks} stacks`;
}
