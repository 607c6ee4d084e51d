import { createFrameCollector, type FrameCollector, type FrameTable } from './frame-table.ts';
import { type Int64Column, int64At } from './int64-column.ts';
import type { Profile } from './profile.ts';
import { type SourceFunction, sourceFunction } from './source-function.ts';
import { NO_STACK } from './stack-table.ts';

/** A function that called, or was called, and what ran between the two. */
export type CallEdge = SourceFunction & { readonly total: bigint };

/**
 * One line of a function that ran. `self` is what the line cost itself, `total` with what it
 * called. Agents that do not know running lines give the line of the definition.
 */
export type RunningLine = {
  readonly line: number;
  readonly self: bigint;
  readonly total: bigint;
};

/** Where the cost of one function lies. All lists have the largest total first. */
export type FunctionReport = {
  readonly self: bigint;
  /** A stack that holds the function several times counts once. */
  readonly total: bigint;
  readonly lines: readonly RunningLine[];
  /** Who called the outermost call; empty for a root. */
  readonly callers: readonly CallEdge[];
  /** Whom the function called, itself left out. */
  readonly callees: readonly CallEdge[];
};

/**
 * Reports on one function from the samples of one sample type. A recursive function is taken as
 * one call from its outermost frame on: its callers are those of the outermost frame, its callees
 * what any of its frames called, and a line counts once per stack.
 */
export function reportFunction(
  profile: Profile,
  values: Int64Column,
  wanted: SourceFunction,
): FunctionReport {
  const isWanted = functionsThatAre(profile, wanted);
  const frames = createFrameCollector();
  const frameOf = Int32Array.from({ length: profile.symbols.functions.length }, (_, row) =>
    frames.intern(sourceFunctionOf(profile, row)),
  );
  const lines = new Map<number, { self: bigint; total: bigint }>();
  const callers = new Map<number, bigint>();
  const callees = new Map<number, bigint>();
  let self = 0n;
  let total = 0n;

  for (let i = 0; i < profile.samples.length; i++) {
    const value = int64At(values, i);
    if (value <= 0n) continue;
    const path = calledLines(profile, profile.samples.stack[i]);
    const outermost = path.findIndex((called) => isWanted[called.function] === 1);
    if (outermost === -1) continue;
    total += value;
    if (outermost > 0) add(callers, frameOf[path[outermost - 1].function], value);

    const seenLines = new Set<number>();
    const seenCallees = new Set<number>();
    for (let at = outermost; at < path.length; at++) {
      if (isWanted[path[at].function] === 0) continue;
      const line = lineOf(path[at].line);
      if (!seenLines.has(path[at].line)) line.total += value;
      seenLines.add(path[at].line);
      const callee = path[at + 1];
      if (callee === undefined) {
        self += value;
        line.self += value;
      } else if (isWanted[callee.function] === 0) {
        const frame = frameOf[callee.function];
        if (!seenCallees.has(frame)) add(callees, frame, value);
        seenCallees.add(frame);
      }
    }
  }

  function lineOf(line: number): { self: bigint; total: bigint } {
    let sums = lines.get(line);
    if (sums === undefined) {
      sums = { self: 0n, total: 0n };
      lines.set(line, sums);
    }
    return sums;
  }

  return {
    self,
    total,
    lines: [...lines]
      .map(([line, sums]) => ({ line, ...sums }))
      .sort((a, b) => descending(a.total, b.total) || a.line - b.line),
    callers: edgesFrom(callers, frames),
    callees: edgesFrom(callees, frames),
  };
}

type CalledLine = { readonly function: number; readonly line: number };

/** The lines of a stack from the root to the leaf, inlined ones behind what holds them. */
function calledLines({ stacks, symbols }: Profile, stack: number): CalledLine[] {
  const { locations } = symbols;
  const leafFirst: CalledLine[] = [];
  for (let row = stack; row !== NO_STACK; row = stacks.parent[row]) {
    const location = stacks.location[row];
    for (let l = locations.lineStart[location]; l < locations.lineStart[location + 1]; l++) {
      leafFirst.push({ function: locations.lineFunction[l], line: locations.lineNumber[l] });
    }
  }
  return leafFirst.reverse();
}

function functionsThatAre(profile: Profile, wanted: SourceFunction): Uint8Array {
  return Uint8Array.from({ length: profile.symbols.functions.length }, (_, row) => {
    const { name, file, line } = sourceFunctionOf(profile, row);
    return name === wanted.name && file === wanted.file && line === wanted.line ? 1 : 0;
  });
}

function sourceFunctionOf({ symbols }: Profile, row: number): SourceFunction {
  const { functions, strings } = symbols;
  return sourceFunction({
    name: strings[functions.name[row]],
    systemName: strings[functions.systemName[row]],
    fileName: strings[functions.fileName[row]],
    startLine: functions.startLine[row],
  });
}

function edgesFrom(totals: ReadonlyMap<number, bigint>, collected: FrameCollector): CallEdge[] {
  const frames: FrameTable = collected.finish();
  return [...totals]
    .map(([frame, total]) => ({
      name: frames.name[frame],
      file: frames.file[frame],
      line: frames.line[frame],
      total,
    }))
    .sort((a, b) => descending(a.total, b.total) || (a.name < b.name ? -1 : 1));
}

function add(sums: Map<number, bigint>, key: number, value: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + value);
}

function descending(a: bigint, b: bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}
