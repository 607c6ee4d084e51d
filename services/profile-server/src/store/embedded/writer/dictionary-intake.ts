import type { Dictionary } from '../../dictionary/dictionary.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { countRows, type DictionaryRows, type RowCounts } from '../codec/dictionary-rows.ts';

/**
 * Takes rows that were written before into a dictionary that profiles go on adding to. Each must
 * become the row that it was: one that is there already is damage, and the numbers of all behind it
 * would be wrong.
 */
export type DictionaryIntake = {
  readonly counts: () => RowCounts;
  /** Rows that begin where these end. Throws {@link DamagedBytes}. */
  append(rows: DictionaryRows): void;
};

export function dictionaryIntake(into: Dictionary): DictionaryIntake {
  let counts = countRows(into.view());

  function expect(sort: string, row: number, expected: number): void {
    if (row !== expected) {
      throw new DamagedBytes(`${sort} ${expected} of a dictionary is the same as ${row}`);
    }
  }

  return {
    counts: () => counts,
    append({ before, after, strings, functions, mappings, locations, stacks }) {
      for (let i = 0; i < strings.length; i++) {
        expect('string', into.strings.intern(strings[i] ?? ''), before.strings + i);
      }
      const { name, systemName, fileName, startLine } = functions;
      for (let i = 0; i < name.length; i++) {
        const row = into.functions.intern(
          name[i] ?? 0,
          systemName[i] ?? 0,
          fileName[i] ?? 0,
          startLine[i] ?? 0,
        );
        expect('function', row, before.functions + i);
      }
      for (const [i, mapping] of mappings.entries()) {
        expect('mapping', into.mappings.intern(mapping), before.mappings + i);
      }
      const { mapping, addressWords, isFolded, lineStart, lineFunction, lineNumber } = locations;
      for (let i = 0; i < mapping.length; i++) {
        const row = into.locations.intern(
          mapping[i] ?? 0,
          addressWords[2 * i] ?? 0,
          addressWords[2 * i + 1] ?? 0,
          isFolded[i] ?? 0,
          {
            functions: lineFunction,
            lineNumbers: lineNumber,
            start: lineStart[i] ?? 0,
            end: lineStart[i + 1] ?? 0,
          },
        );
        expect('location', row, before.locations + i);
      }
      const { parent, location } = stacks;
      for (let i = 0; i < parent.length; i++) {
        expect('stack', into.pushStack(parent[i] ?? 0, location[i] ?? 0), before.stacks + i);
      }
      counts = after;
    },
  };
}
