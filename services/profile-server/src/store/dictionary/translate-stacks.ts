import {
  EDGE_BLOCK,
  type FunctionTable,
  type LocationTable,
  type MappingRow,
  NO_MAPPING,
  NO_STACK,
  type StackIndex,
  type StackTable,
  type Symbols,
} from '@emberscope/profile';
import type { Dictionary, StackSymbols } from './dictionary.ts';
import type { EncodedTexts } from './encoded-texts.ts';
import { NOT_FOUND } from './find-block.ts';
import { wordsOf } from './location-rows.ts';
import { stacksByLevel } from './stacks-by-level.ts';

/** Rows of one set of tables as rows of a dictionary, which takes in what it lacks. */
export type Translation = {
  stackOf(stack: StackIndex): StackIndex;
  /**
   * Moves all stacks that are marked: when most are wanted, they are looked for in blocks, a third of
   * what asking for each takes. What is below a marked one is marked by this.
   */
  moveMarked(isWanted: Uint8Array): void;
  stringOf(string: number): number;
};

/**
 * Moves stacks into a dictionary as they are asked for, so that what no sample needs stays out.
 * A profile on its way in and a few stacks on their way out are the same work.
 */
export function translateStacks(
  from: StackSymbols,
  to: Dictionary,
  texts?: EncodedTexts,
): Translation {
  return new StackTranslation(from, to, texts);
}

/** In a table of new rows: not asked for so far, or not there when it was looked for. */
const UNKNOWN = NOT_FOUND;

/** Of stacks, how many must be wanted for looking for all symbols at once. */
const MOST_SHARE = 0.5;

/** Of a block of stacks that are looked for; one for all profiles of a thread. */
const blockRows = new Int32Array(EDGE_BLOCK);
const callers = new Int32Array(EDGE_BLOCK);
const callees = new Int32Array(EDGE_BLOCK);
const found = new Int32Array(EDGE_BLOCK);

/**
 * A class, where functions in a function would do: V8 throws away what it has compiled of those with
 * the last of them, and one is made for each profile.
 */
class StackTranslation implements Translation {
  private readonly symbols: Symbols;
  private readonly functions: FunctionTable;
  private readonly locations: LocationTable;
  private readonly stacks: StackTable;
  private readonly to: Dictionary;
  private readonly texts: EncodedTexts | undefined;
  private readonly addressWords: Uint32Array;
  private readonly newString: Int32Array;
  private readonly newFunction: Int32Array;
  private readonly newMapping: Int32Array;
  private readonly newLocation: Int32Array;
  private readonly newStack: Int32Array;

  constructor(from: StackSymbols, to: Dictionary, texts: EncodedTexts | undefined) {
    const { symbols, stacks } = from;
    this.symbols = symbols;
    this.functions = symbols.functions;
    this.locations = symbols.locations;
    this.stacks = stacks;
    this.to = to;
    this.texts = texts;
    this.addressWords = wordsOf(this.locations.address);
    const stringCount = texts === undefined ? symbols.strings.length : texts.start.length - 1;
    this.newString = unknownRows(stringCount);
    this.newFunction = unknownRows(this.functions.length);
    this.newMapping = unknownRows(symbols.mappings.length);
    this.newLocation = unknownRows(this.locations.length);
    this.newStack = unknownRows(stacks.length);
  }

  stringOf(row: number): number {
    const { newString } = this;
    let moved = newString[row] ?? UNKNOWN;
    if (moved === UNKNOWN) newString[row] = moved = this.internString(row);
    return moved;
  }

  moveMarked(isWanted: Uint8Array): void {
    const { length, parent } = this.stacks;
    let wanted = 0;
    for (let row = length - 1; row >= 0; row--) {
      if (isWanted[row] === 0) continue;
      wanted++;
      const caller = parent[row] ?? NO_STACK;
      if (caller !== NO_STACK) isWanted[caller] = 1;
    }
    const isFound = wanted >= length * MOST_SHARE && this.findSymbols();
    if (isFound) this.findStacks(isWanted);
    this.moveAll(isWanted);
  }

  stackOf(stack: StackIndex): StackIndex {
    const { newStack } = this;
    const known = stack === NO_STACK ? NO_STACK : (newStack[stack] ?? UNKNOWN);
    if (known !== UNKNOWN) return known;
    const { parent } = this.stacks;
    // A loop, not a recursion: nobody bounds the depth of a stack.
    const waiting: StackIndex[] = [];
    let row = stack;
    while (row !== NO_STACK && newStack[row] === UNKNOWN) {
      waiting.push(row);
      row = parent[row] ?? NO_STACK;
    }
    let moved = row === NO_STACK ? NO_STACK : (newStack[row] ?? NO_STACK);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      moved = this.move(next, moved);
    }
    return moved;
  }

  /**
   * Looks for all strings, functions and locations at once, where that can be done by bytes; what is
   * not there comes in with the stacks that need it.
   */
  private findSymbols(): boolean {
    const { to, texts, newString, newFunction, newMapping, newLocation } = this;
    if (texts === undefined || to.strings.findEncoded === undefined) return false;
    to.strings.findEncoded(texts, newString);
    to.functions.find(this.functions, newString, newFunction);
    for (let row = 0; row < newMapping.length; row++) {
      newMapping[row] = to.mappings.find(this.mappingRow(row)) ?? UNKNOWN;
    }
    to.locations.find(this.locations, newMapping, newFunction, newLocation);
    return true;
  }

  /**
   * Looks for wanted stacks whose locations have been found, level by level: those of one level do not
   * wait for one another's callers, and so are found in blocks. Nearly all of a profile are there.
   */
  private findStacks(isWanted: Uint8Array): void {
    const { to, newStack, newLocation } = this;
    const { parent, location } = this.stacks;
    const { order, levelEnds, levelCount } = stacksByLevel(this.stacks, isWanted);
    let at = 0;
    for (let level = 0; level < levelCount; level++) {
      const levelEnd = levelEnds[level] ?? at;
      while (at < levelEnd) {
        const blockEnd = Math.min(levelEnd, at + EDGE_BLOCK);
        let count = 0;
        for (; at < blockEnd; at++) {
          const row = order[at] ?? 0;
          const from = parent[row] ?? NO_STACK;
          const caller = from === NO_STACK ? NO_STACK : (newStack[from] ?? UNKNOWN);
          const own = newLocation[location[row] ?? 0] ?? UNKNOWN;
          // A new one has no callees yet, and nothing has a new location.
          if (caller === UNKNOWN || own === UNKNOWN) continue;
          blockRows[count] = row;
          callers[count] = caller;
          callees[count++] = own;
        }
        to.findStacks(callers, callees, count, found);
        for (let i = 0; i < count; i++) {
          const row = found[i] ?? NO_STACK;
          if (row !== NO_STACK) newStack[blockRows[i] ?? 0] = row;
        }
      }
    }
  }

  /** Moves all wanted stacks that have not been, callers before callees. */
  private moveAll(isWanted: Uint8Array): void {
    const { newStack } = this;
    const { length, parent } = this.stacks;
    for (let row = 0; row < length; row++) {
      if (isWanted[row] === 0 || newStack[row] !== UNKNOWN) continue;
      const from = parent[row] ?? NO_STACK;
      this.move(row, from === NO_STACK ? NO_STACK : (newStack[from] ?? NO_STACK));
    }
  }

  /** Whose caller has been moved. */
  private move(row: number, caller: StackIndex): StackIndex {
    const location = this.locationOf(this.stacks.location[row] ?? 0);
    const moved = this.to.pushStack(caller, location);
    this.newStack[row] = moved;
    return moved;
  }

  private locationOf(row: number): number {
    const known = this.newLocation[row] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const { addressWords, to } = this;
    const { mapping, isFolded, lineStart, lineFunction, lineNumber } = this.locations;
    const start = lineStart[row] ?? 0;
    const end = lineStart[row + 1] ?? start;
    for (let line = start; line < end; line++) {
      lineFunctions[line - start] = this.functionOf(lineFunction[line] ?? 0);
      lineNumbers[line - start] = lineNumber[line] ?? 0;
    }
    const moved = to.locations.intern(
      this.mappingOf(mapping[row] ?? NO_MAPPING),
      addressWords[2 * row] ?? 0,
      addressWords[2 * row + 1] ?? 0,
      isFolded[row] ?? 0,
      { functions: lineFunctions, lineNumbers, start: 0, end: end - start },
    );
    this.newLocation[row] = moved;
    return moved;
  }

  private functionOf(row: number): number {
    const known = this.newFunction[row] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const { name, systemName, fileName, startLine } = this.functions;
    const moved = this.to.functions.intern(
      this.stringOf(name[row] ?? 0),
      this.stringOf(systemName[row] ?? 0),
      this.stringOf(fileName[row] ?? 0),
      startLine[row] ?? 0,
    );
    this.newFunction[row] = moved;
    return moved;
  }

  private mappingOf(row: number): number {
    if (row === NO_MAPPING) return NO_MAPPING;
    const known = this.newMapping[row] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const { mappings } = this.symbols;
    this.stringOf(mappings.buildId[row] ?? 0);
    let moved = this.to.mappings.find(this.mappingRow(row));
    if (moved === undefined) {
      // One that is known by its build id may lie in a file of another name.
      this.stringOf(mappings.fileName[row] ?? 0);
      moved = this.to.mappings.intern(this.mappingRow(row));
    }
    this.newMapping[row] = moved;
    return moved;
  }

  /** With the strings as far as they are known. */
  private mappingRow(row: number): MappingRow {
    const { mappings } = this.symbols;
    return {
      memoryStart: mappings.memoryStart[row] ?? 0n,
      memoryLimit: mappings.memoryLimit[row] ?? 0n,
      fileOffset: mappings.fileOffset[row] ?? 0n,
      fileName: this.newString[mappings.fileName[row] ?? 0] ?? UNKNOWN,
      buildId: this.newString[mappings.buildId[row] ?? 0] ?? UNKNOWN,
      has: mappings.has[row] ?? 0,
    };
  }

  private internString(row: number): number {
    const { intern, internEncoded } = this.to.strings;
    const { texts } = this;
    if (texts !== undefined && internEncoded !== undefined) return internEncoded(texts, row);
    return intern(this.symbols.strings[row] ?? '');
  }
}

/** Lines of the location that is being moved. */
const lineFunctions: number[] = [];
const lineNumbers: number[] = [];

function unknownRows(length: number): Int32Array {
  return new Int32Array(length).fill(UNKNOWN);
}
