import { createStringInterner } from '../strings.ts';
import { NO_MAPPING, type Symbols } from '../symbols.ts';

/** Row of a {@link PlaceTable}. */
export type PlaceIndex = number;

/**
 * The nodes of a call graph: functions, told apart by line and address where a profile has these.
 * All columns have `length` cells; `name` is '' for a place that has none, and `binary` known then.
 */
export type PlaceTable = {
  readonly length: number;
  readonly address: BigUint64Array;
  readonly name: readonly string[];
  readonly file: readonly string[];
  readonly line: Int32Array;
  readonly binary: readonly string[];
};

/** Places, and which of them the lines of a profile's locations become. */
export type Placing = {
  readonly places: PlaceTable;
  /** `length n` for `n` lines. */
  readonly placeOfLine: Int32Array;
  /** `length n` for `n` locations: the place of one that has no lines. */
  readonly placeOfBare: Int32Array;
};

export function placesOf({ strings, functions, mappings, locations }: Symbols): Placing {
  const addresses: bigint[] = [];
  const names: string[] = [];
  const files: string[] = [];
  const lines: number[] = [];
  const binaries: string[] = [];
  const known = new Map<string, PlaceIndex>();
  const texts = createStringInterner();
  const fileOfString = new Map<number, string>();

  function cleanFile(row: number): string {
    let file = fileOfString.get(row);
    if (file === undefined) {
      file = cleanPath(strings[row]);
      fileOfString.set(row, file);
    }
    return file;
  }

  function place(
    address: bigint,
    name: string,
    file: string,
    line: number,
    binary: string,
    startLine: number,
  ): PlaceIndex {
    const ids = [name, file, binary].map(texts.intern);
    const key = [address, line, startLine, ...ids].join();
    const row = known.get(key) ?? names.length;
    if (row === names.length) {
      known.set(key, row);
      addresses.push(address);
      names.push(name);
      files.push(file);
      lines.push(line);
      binaries.push(binary);
    }
    return row;
  }

  const placeOfLine = new Int32Array(locations.lineStart[locations.length] ?? 0);
  const placeOfBare = new Int32Array(locations.length).fill(-1);
  for (let location = 0; location < locations.length; location++) {
    const address = locations.address[location];
    const mapping = locations.mapping[location];
    const binary = mapping === NO_MAPPING ? '' : strings[mappings.fileName[mapping]];
    const first = locations.lineStart[location];
    const end = locations.lineStart[location + 1];
    if (first === end) placeOfBare[location] = place(address, '', '', 0, binary, 0);
    for (let row = first; row < end; row++) {
      const fn = locations.lineFunction[row];
      const name = strings[functions.name[fn]];
      const file = cleanFile(functions.fileName[fn]);
      const line = locations.lineNumber[row];
      // Only what has no name is told apart by where it lies.
      placeOfLine[row] =
        name === ''
          ? place(address, name, file, line, binary, functions.startLine[fn])
          : place(address, name, file, line, '', 0);
    }
  }
  const places = {
    length: names.length,
    address: BigUint64Array.from(addresses),
    name: names,
    file: files,
    line: Int32Array.from(lines),
    binary: binaries,
  };
  return { places, placeOfLine, placeOfBare };
}

/** The directory that a build in a sandbox calls its own. */
const SANDBOX = /^\/proc\/self\/cwd\/(?:\.\/)?/;

/** A path without `.`, `..`, doubled and trailing slashes; '' stays. */
function cleanPath(path: string): string {
  const plain = path.replace(SANDBOX, '');
  if (plain === '') return '';
  const isRooted = plain.startsWith('/');
  const kept: string[] = [];
  for (const part of plain.split('/')) {
    if (part === '' || part === '.') continue;
    const isUp = part === '..';
    if (isUp && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isUp || !isRooted) kept.push(part);
  }
  return `${isRooted ? '/' : ''}${kept.join('/')}` || '.';
}

/** What stands behind the last slash. */
export function baseName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) || (path === '' ? '.' : '/');
}
