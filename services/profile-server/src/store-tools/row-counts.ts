import type { RowCounts } from '../store/embedded/codec/dictionary-rows.ts';

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
