import {
  type FunctionTable,
  type LocationTable,
  NO_MAPPING,
  NO_STACK,
  type StackIndex,
  type StackTable,
  type Symbols,
} from '@emberscope/profile';
import type { Dictionary, StackSymbols } from './dictionary.ts';
import type { EncodedTexts } from './encoded-texts.ts';
import { NOT_FOUND } from './find-block.ts';
import { LOCATION_CELLS, ONE_LINE, SHAPE_CELLS, wordsOf } from './location-rows.ts';

/** Rows of one set of tables as rows of a dictionary, which takes in what it lacks. */
export type Translation = {
  stackOf(stack: StackIndex): StackIndex;
  /**
   * Moves all stacks that are marked, one behind the other as they lie in memory: when most are
   * wanted, that is faster than asking for each. What is below a marked one is marked by this.
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
    if (wanted >= length * MOST_SHARE) this.findSymbols();
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

  /** Looks for all strings and functions at once; what is not there comes in with the stacks that need it. */
  private findSymbols(): void {
    const { to, texts, newString, newFunction } = this;
    if (texts === undefined || to.strings.findEncoded === undefined) return;
    to.strings.findEncoded(texts, newString);
    to.functions.find(this.functions, newString, newFunction);
  }

  /**
   * Moves all wanted stacks, callers before callees. Nearly all are in the dictionary, and most of
   * them right behind their caller, since a stack comes with its rows one after another: whether the
   * row there is the one that is looked for takes a look at it, a fraction of what finding it takes.
   */
  private moveAll(isWanted: Uint8Array): void {
    const { to, newStack, newLocation, newFunction, addressWords } = this;
    const { length, parent, location } = this.stacks;
    const { mapping, isFolded, lineStart, lineFunction, lineNumber } = this.locations;
    let open = to.openStacks();
    let cells = to.locations.cells();
    let shapes = to.locations.shapes();
    for (let row = 0; row < length; row++) {
      if (isWanted[row] === 0) continue;
      const from = parent[row] ?? NO_STACK;
      const caller = from === NO_STACK ? NO_STACK : (newStack[from] ?? NO_STACK);
      const behind = caller + 1;
      if (behind < open.length && open.parent[behind] === caller) {
        const guess = open.location[behind] ?? 0;
        const own = location[row] ?? 0;
        const known = newLocation[own] ?? UNKNOWN;
        if (known === guess) {
          newStack[row] = behind;
          continue;
        }
        const at = LOCATION_CELLS * guess;
        const shape = SHAPE_CELLS * (cells[at + 2] ?? 0);
        const line = lineStart[own] ?? 0;
        const isGuess =
          known === UNKNOWN &&
          cells[at + 1] === lineNumber[line] &&
          cells[at] === newFunction[lineFunction[line] ?? 0] &&
          shapes[shape + 3] === ONE_LINE + (isFolded[own] ?? 0) &&
          lineStart[own + 1] === line + 1 &&
          shapes[shape + 1] === ((addressWords[2 * own] ?? 0) | 0) &&
          shapes[shape + 2] === ((addressWords[2 * own + 1] ?? 0) | 0) &&
          shapes[shape] === this.mappingOf(mapping[own] ?? NO_MAPPING);
        if (isGuess) {
          newLocation[own] = guess;
          newStack[row] = behind;
          continue;
        }
      }
      this.move(row, caller);
      open = to.openStacks();
      cells = to.locations.cells();
      shapes = to.locations.shapes();
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
    const moved = this.to.mappings.intern({
      memoryStart: mappings.memoryStart[row] ?? 0n,
      memoryLimit: mappings.memoryLimit[row] ?? 0n,
      fileOffset: mappings.fileOffset[row] ?? 0n,
      fileName: this.stringOf(mappings.fileName[row] ?? 0),
      buildId: this.stringOf(mappings.buildId[row] ?? 0),
      has: mappings.has[row] ?? 0,
    });
    this.newMapping[row] = moved;
    return moved;
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
