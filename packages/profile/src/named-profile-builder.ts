import type { Profile } from './profile.ts';
import {
  createProfileBuilder,
  type ProfileBuilder,
  type ProfileHeader,
} from './profile-builder.ts';
import { createStringInterner } from './strings.ts';
import { type LocationIndex, NO_MAPPING, type Symbols } from './symbols.ts';

export type NamedProfileBuilder = Pick<ProfileBuilder, 'stacks' | 'addSample'> & {
  /** A location of one line, of a function with this name and nothing else. */
  frame(name: string): LocationIndex;
  nameCount(): number;
  finish(): Profile;
};

/**
 * Builds a profile of a format that knows the names of functions and nothing else, as text formats do.
 * A name is a function is a location here, so that a frame costs one look-up: a text of 4 MiB can have
 * a million names, and took 10 s with the tables of {@link createProfileBuilder}.
 */
export function createNamedProfileBuilder(header: ProfileHeader): NamedProfileBuilder {
  const { stacks, addSample, finish } = createProfileBuilder(header);
  const names = createNamedFrames();
  return {
    stacks,
    addSample,
    frame: names.frame,
    nameCount: names.count,
    finish: () => ({ ...finish(), symbols: names.finish() }),
  };
}

/** The empty name, which is the first of every table of strings, becomes a frame when it is asked for. */
function createNamedFrames() {
  const strings = createStringInterner();
  const rows: number[] = [];
  const rowOfString: number[] = [];
  return {
    frame(name: string): LocationIndex {
      const string = strings.intern(name);
      const known = rowOfString[string];
      if (known !== undefined) return known;
      rowOfString[string] = rows.length;
      return rows.push(string) - 1;
    },
    count: () => rows.length,
    finish: () => namedSymbols(strings.finish(), rows),
  };
}

/** The symbols of functions whose names are these strings. */
function namedSymbols(strings: readonly string[], names: readonly number[]): Symbols {
  const { length } = names;
  return {
    strings,
    functions: {
      length,
      name: Int32Array.from(names),
      systemName: new Int32Array(length),
      fileName: new Int32Array(length),
      startLine: new Int32Array(length),
    },
    mappings: {
      length: 0,
      memoryStart: new BigUint64Array(0),
      memoryLimit: new BigUint64Array(0),
      fileOffset: new BigUint64Array(0),
      fileName: new Int32Array(0),
      buildId: new Int32Array(0),
      has: new Uint8Array(0),
    },
    locations: {
      length,
      mapping: new Int32Array(length).fill(NO_MAPPING),
      address: new BigUint64Array(length),
      isFolded: new Uint8Array(length),
      lineStart: rowNumbers(length + 1),
      lineFunction: rowNumbers(length),
      lineNumber: new Int32Array(length),
    },
  };
}

function rowNumbers(length: number): Int32Array {
  const numbers = new Int32Array(length);
  for (let row = 0; row < length; row++) numbers[row] = row;
  return numbers;
}
