import type { Dictionary } from '../../dictionary/dictionary.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { countRows, type DictionaryRows } from '../codec/dictionary-rows.ts';

const WORD = 0xffff_ffffn;

/**
 * Takes rows that were written before into a dictionary that profiles go on adding to. Each must
 * become the row that it was: one that is there already is damage, and the numbers of all behind it
 * would be wrong.
 */
export function dictionaryIntake(into: Dictionary): DictionaryRows {
  const counts = countRows(into.view());
  let { strings, functions, mappings, locations, stacks } = counts;

  function expect(sort: string, row: number, expected: number): void {
    if (row !== expected) {
      throw new DamagedBytes(`${sort} ${expected} of a dictionary is the same as ${row}`);
    }
  }

  return {
    counts: () => ({ strings, functions, mappings, locations, stacks }),
    addString: (text) => expect('string', into.strings.intern(text), strings++),
    addFunction: (name, systemName, fileName, startLine) =>
      expect('function', into.functions.intern(name, systemName, fileName, startLine), functions++),
    addMapping: (mapping) => expect('mapping', into.mappings.intern(mapping), mappings++),
    addLocation(mapping, address, isFolded, lineCount, lineFunctions, lineNumbers) {
      const row = into.locations.intern(
        mapping,
        Number(address & WORD),
        Number(address >> 32n),
        isFolded,
        { functions: lineFunctions, lineNumbers, start: 0, end: lineCount },
      );
      expect('location', row, locations++);
    },
    addStack: (parent, location) => expect('stack', into.pushStack(parent, location), stacks++),
  };
}
