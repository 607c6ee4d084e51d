import { NO_STACK, sourceFunction } from '@emberscope/profile';
import type { StackSymbols } from '../dictionary/dictionary.ts';
import type { FunctionSelector } from '../selection.ts';
import type { QueryGuard } from './query-guard.ts';

/**
 * Which stacks of a dictionary pass a condition: 1 or 0 for each. Parents come before children, so
 * one pass forward is enough for all of these. `withoutStack` says whether a sample without any
 * location passes.
 */
export type StackMarks = { readonly marks: Uint8Array; readonly withoutStack: boolean };

/** Stacks that begin with these reported names, root first, inlined ones behind their holder. */
export function stacksBelow(
  { symbols, stacks }: StackSymbols,
  names: readonly string[],
  guard: QueryGuard,
): StackMarks {
  const { strings, functions, locations } = symbols;
  const marks = new Uint8Array(stacks.length);
  /** How many of the names a stack begins with; -1 once it went another way. */
  const matched = new Int32Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    guard.spend(2);
    const caller = stacks.parent[stack] ?? NO_STACK;
    const location = stacks.location[stack] ?? 0;
    let depth = caller === NO_STACK ? 0 : (matched[caller] ?? -1);
    const first = locations.lineStart[location] ?? 0;
    for (let line = (locations.lineStart[location + 1] ?? 0) - 1; line >= first; line--) {
      if (depth === -1 || depth === names.length) break;
      const name = strings[functions.name[locations.lineFunction[line] ?? 0] ?? 0];
      depth = name === names[depth] ? depth + 1 : -1;
    }
    matched[stack] = depth;
    if (depth === names.length) marks[stack] = 1;
  }
  return { marks, withoutStack: names.length === 0 };
}

/** Stacks of which no location has a name: no tree can show them. */
export function stacksWithoutName(
  { symbols, stacks }: StackSymbols,
  guard: QueryGuard,
): StackMarks {
  const { lineStart } = symbols.locations;
  const marks = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    guard.spend(1);
    const caller = stacks.parent[stack] ?? NO_STACK;
    const location = stacks.location[stack] ?? 0;
    const hasName = (lineStart[location] ?? 0) < (lineStart[location + 1] ?? 0);
    if (!hasName && (caller === NO_STACK || marks[caller] === 1)) marks[stack] = 1;
  }
  return { marks, withoutStack: true };
}

/** Stacks that hold a function anywhere. */
export function stacksHolding(
  { symbols, stacks }: StackSymbols,
  wanted: FunctionSelector,
  guard: QueryGuard,
): StackMarks {
  const { locations } = symbols;
  const isWanted = functionsThatAre(symbols, wanted, guard);
  const marks = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    guard.spend(2);
    const caller = stacks.parent[stack] ?? NO_STACK;
    const location = stacks.location[stack] ?? 0;
    const end = locations.lineStart[location + 1] ?? 0;
    let holds = caller === NO_STACK ? 0 : (marks[caller] ?? 0);
    for (let line = locations.lineStart[location] ?? 0; line < end && holds === 0; line++) {
      holds = isWanted[locations.lineFunction[line] ?? 0] ?? 0;
    }
    marks[stack] = holds;
  }
  return { marks, withoutStack: false };
}

function functionsThatAre(
  { functions, strings }: StackSymbols['symbols'],
  wanted: FunctionSelector,
  guard: QueryGuard,
): Uint8Array {
  const isWanted = new Uint8Array(functions.length);
  for (let row = 0; row < functions.length; row++) {
    guard.spend(20);
    const { name, file, line } = sourceFunction({
      name: strings[functions.name[row] ?? 0] ?? '',
      systemName: strings[functions.systemName[row] ?? 0] ?? '',
      fileName: strings[functions.fileName[row] ?? 0] ?? '',
      startLine: functions.startLine[row] ?? 0,
    });
    if (name === wanted.name && file === wanted.file && line === wanted.line) isWanted[row] = 1;
  }
  return isWanted;
}

/** Stacks that pass both conditions. */
export function intersectMarks(a: StackMarks, b: StackMarks): StackMarks {
  return {
    marks: a.marks.map((mark, stack) => mark & (b.marks[stack] ?? 0)),
    withoutStack: a.withoutStack && b.withoutStack,
  };
}
