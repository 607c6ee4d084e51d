import { NO_MAPPING, NO_STACK, type StackIndex } from '@emberscope/profile';
import { type Dictionary, NO_LOCATION, type StackSymbols } from './dictionary.ts';
import type { EncodedTexts } from './encoded-texts.ts';
import { NO_FUNCTION, wordsOf } from './location-rows.ts';

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

/** In a table of new rows: not asked for so far. */
const UNKNOWN = -2;

/**
 * Moves stacks into a dictionary as they are asked for, so that what no sample needs stays out.
 * A profile on its way in and a few stacks on their way out are the same work.
 */
export function translateStacks(
  from: StackSymbols,
  to: Dictionary,
  texts?: EncodedTexts,
): Translation {
  const { symbols, stacks } = from;
  const { functions, mappings, locations } = symbols;
  const stringCount = texts === undefined ? symbols.strings.length : texts.start.length - 1;
  const addressWords = wordsOf(locations.address);
  const newString = new Int32Array(stringCount).fill(UNKNOWN);
  const newFunction = new Int32Array(functions.length).fill(UNKNOWN);
  const newMapping = new Int32Array(mappings.length).fill(UNKNOWN);
  const newLocation = new Int32Array(locations.length).fill(UNKNOWN);
  const newStack = new Int32Array(stacks.length).fill(UNKNOWN);
  const lineFunctions: number[] = [];
  const lineNumbers: number[] = [];
  const waiting: StackIndex[] = [];

  const { intern, internEncoded, isEncoded } = to.strings;

  function internString(row: number): number {
    if (texts !== undefined && internEncoded !== undefined) return internEncoded(texts, row);
    return intern(symbols.strings[row] ?? '');
  }

  function stringOf(row: number): number {
    let moved = newString[row] ?? UNKNOWN;
    if (moved === UNKNOWN) newString[row] = moved = internString(row);
    return moved;
  }

  function functionOf(row: number): number {
    let moved = newFunction[row] ?? UNKNOWN;
    if (moved === UNKNOWN) {
      moved = to.functions.intern(
        stringOf(functions.name[row] ?? 0),
        stringOf(functions.systemName[row] ?? 0),
        stringOf(functions.fileName[row] ?? 0),
        functions.startLine[row] ?? 0,
      );
      newFunction[row] = moved;
    }
    return moved;
  }

  function mappingOf(row: number): number {
    if (row === NO_MAPPING) return NO_MAPPING;
    let moved = newMapping[row] ?? UNKNOWN;
    if (moved === UNKNOWN) {
      moved = to.mappings.intern({
        memoryStart: mappings.memoryStart[row] ?? 0n,
        memoryLimit: mappings.memoryLimit[row] ?? 0n,
        fileOffset: mappings.fileOffset[row] ?? 0n,
        fileName: stringOf(mappings.fileName[row] ?? 0),
        buildId: stringOf(mappings.buildId[row] ?? 0),
        has: mappings.has[row] ?? 0,
      });
      newMapping[row] = moved;
    }
    return moved;
  }

  /** Whether a row is this location: most are found so, at a fraction of what looking them up costs. */
  function isLocation(row: number, guess: number): boolean {
    const line = locations.lineStart[row] ?? 0;
    if (texts === undefined || isEncoded === undefined) return false;
    if (locations.lineStart[row + 1] !== line + 1) return false;
    const moved = to.locations.functionAt(
      guess,
      mappingOf(locations.mapping[row] ?? NO_MAPPING),
      addressWords[2 * row] ?? 0,
      addressWords[2 * row + 1] ?? 0,
      locations.isFolded[row] ?? 0,
      locations.lineNumber[line] ?? 0,
    );
    if (moved === NO_FUNCTION) return false;
    const from = locations.lineFunction[line] ?? 0;
    const known = newFunction[from] ?? UNKNOWN;
    if (known !== UNKNOWN) return known === moved;
    const name = functions.name[from] ?? 0;
    const movedName = to.functions.nameOf(moved);
    if (newString[name] === UNKNOWN) {
      if (!isEncoded(movedName, texts, name)) return false;
      newString[name] = movedName;
    }
    const systemName = stringOf(functions.systemName[from] ?? 0);
    const fileName = stringOf(functions.fileName[from] ?? 0);
    const startLine = functions.startLine[from] ?? 0;
    if (!to.functions.isRow(moved, stringOf(name), systemName, fileName, startLine)) return false;
    newFunction[from] = moved;
    return true;
  }

  function locationOf(row: number, guess: number): number {
    let moved = newLocation[row] ?? UNKNOWN;
    if (moved === UNKNOWN && guess !== NO_LOCATION && isLocation(row, guess)) {
      newLocation[row] = moved = guess;
    }
    if (moved === UNKNOWN) {
      const start = locations.lineStart[row] ?? 0;
      const end = locations.lineStart[row + 1] ?? start;
      for (let line = start; line < end; line++) {
        lineFunctions[line - start] = functionOf(locations.lineFunction[line] ?? 0);
        lineNumbers[line - start] = locations.lineNumber[line] ?? 0;
      }
      moved = to.locations.intern(
        mappingOf(locations.mapping[row] ?? NO_MAPPING),
        addressWords[2 * row] ?? 0,
        addressWords[2 * row + 1] ?? 0,
        locations.isFolded[row] ?? 0,
        { functions: lineFunctions, lineNumbers, start: 0, end: end - start },
      );
      newLocation[row] = moved;
    }
    return moved;
  }

  /** Whose caller has been moved. */
  function move(row: number, caller: StackIndex): StackIndex {
    const location = locationOf(stacks.location[row] ?? 0, to.likelyCallee(caller));
    const moved = to.pushStack(caller, location);
    newStack[row] = moved;
    return moved;
  }

  return {
    stringOf,
    moveMarked(isWanted) {
      for (let row = stacks.length - 1; row >= 0; row--) {
        const parent = stacks.parent[row] ?? NO_STACK;
        if (isWanted[row] !== 0 && parent !== NO_STACK) isWanted[parent] = 1;
      }
      for (let row = 0; row < stacks.length; row++) {
        if (isWanted[row] === 0) continue;
        const parent = stacks.parent[row] ?? NO_STACK;
        move(row, parent === NO_STACK ? NO_STACK : (newStack[parent] ?? NO_STACK));
      }
    },
    stackOf(stack) {
      // A loop, not a recursion: nobody bounds the depth of a stack.
      let row = stack;
      while (row !== NO_STACK && newStack[row] === UNKNOWN) {
        waiting.push(row);
        row = stacks.parent[row] ?? NO_STACK;
      }
      let moved = row === NO_STACK ? NO_STACK : (newStack[row] ?? NO_STACK);
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        moved = move(next, moved);
      }
      return moved;
    },
  };
}
