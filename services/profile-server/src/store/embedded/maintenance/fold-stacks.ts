import { type FunctionIndex, NO_MAPPING, NO_STACK, type StackIndex } from '@emberscope/profile';
import type { Dictionary } from '../../dictionary/dictionary.ts';
import type { DictionaryView } from '../codec/dictionary-rows.ts';

/**
 * Stacks of one dictionary as stacks of functions in another: a location for each function, without
 * line, address and mapping. Functions that were inlined become frames of their own; what has no
 * function goes, as in every call tree, and a stack without any becomes none.
 */
export type StackFold = {
  /** A cell for each stack that was folded: its row in the other dictionary. */
  readonly folded: Int32Array;
  /** Folds some stacks, if they are not. Only what is asked for comes into the other dictionary. */
  fold(stacks: Int32Array, length: number): void;
};

/** In tables of rows: not asked for so far. */
const UNKNOWN = -2;

export function createStackFold({ symbols, stacks }: DictionaryView, to: Dictionary): StackFold {
  const { strings, functions, locations } = symbols;
  const folded = new Int32Array(stacks.length).fill(UNKNOWN);
  const locationOfFunction = new Int32Array(functions.length).fill(UNKNOWN);
  const waiting: StackIndex[] = [];
  const line = { functions: [0], lineNumbers: [0], start: 0, end: 1 };

  function locationOf(row: FunctionIndex): number {
    const known = locationOfFunction[row] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const text = (string: number | undefined): number =>
      to.strings.intern(strings[string ?? 0] ?? '');
    line.functions[0] = to.functions.intern(
      text(functions.name[row]),
      text(functions.systemName[row]),
      text(functions.fileName[row]),
      functions.startLine[row] ?? 0,
    );
    const location = to.locations.intern(NO_MAPPING, 0, 0, 0, line);
    locationOfFunction[row] = location;
    return location;
  }

  function push(caller: StackIndex, location: number): StackIndex {
    const first = locations.lineStart[location] ?? 0;
    let stack = caller;
    // Innermost first, as pprof has it: the last line is the caller of those before.
    for (let i = (locations.lineStart[location + 1] ?? first) - 1; i >= first; i--) {
      stack = to.pushStack(stack, locationOf(locations.lineFunction[i] ?? 0));
    }
    return stack;
  }

  function foldOne(stack: StackIndex): void {
    // A loop, not a recursion: nobody bounds the depth of a stack.
    let row = stack;
    while (row !== NO_STACK && folded[row] === UNKNOWN) {
      waiting.push(row);
      row = stacks.parent[row] ?? NO_STACK;
    }
    let moved = row === NO_STACK ? NO_STACK : (folded[row] ?? NO_STACK);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      moved = push(moved, stacks.location[next] ?? 0);
      folded[next] = moved;
    }
  }

  return {
    folded,
    fold(wanted, length) {
      for (let i = 0; i < length; i++) {
        const stack = wanted[i] ?? NO_STACK;
        if (stack !== NO_STACK && folded[stack] === UNKNOWN) foldOne(stack);
      }
    },
  };
}
