import { compareUtf8 } from '@emberscope/units';
import { createEdgeInterner } from './edge-interner.ts';
import { type SourceFunction, sourceFunction } from './source-function.ts';
import { createStringInterner } from './strings.ts';
import type { Symbols } from './symbols.ts';

/** Row of a {@link FrameTable}. */
export type FrameIndex = number;

/**
 * What the boxes of a flame graph are labelled with: functions as a reader tells them apart. All
 * columns have `length` cells; `line` is where the function is defined, 0 when unknown.
 */
export type FrameTable = {
  readonly length: number;
  readonly name: readonly string[];
  readonly file: readonly string[];
  readonly line: Int32Array;
};

/** Frames, and which of them each function of a profile's symbols becomes. */
export type Framing = {
  readonly frames: FrameTable;
  /** `length n` for `n` functions: a frame for each. */
  readonly frameOfFunction: Int32Array;
};

/**
 * Functions told apart by name alone, as Pyroscope's flame graphs do: two functions of one name
 * are one frame, and the name stands as the agent wrote it.
 */
export function framesByName(symbols: Symbols): Framing {
  return frame(symbols, (row) => ({
    name: symbols.strings[symbols.functions.name[row]],
    file: '',
    line: 0,
  }));
}

/** Functions told apart by name, file and line of definition, each as a person says it. */
export function framesByFunction(symbols: Symbols): Framing {
  const { functions, strings } = symbols;
  return frame(symbols, (row) =>
    sourceFunction({
      name: strings[functions.name[row]],
      systemName: strings[functions.systemName[row]],
      fileName: strings[functions.fileName[row]],
      startLine: functions.startLine[row],
    }),
  );
}

function frame(symbols: Symbols, describe: (functionRow: number) => SourceFunction): Framing {
  const collector = createFrameCollector();
  const frameOfFunction = new Int32Array(symbols.functions.length);
  for (let row = 0; row < symbols.functions.length; row++) {
    frameOfFunction[row] = collector.intern(describe(row));
  }
  return { frames: collector.finish(), frameOfFunction };
}

/** One frame as a row. */
export function frameRow(frames: FrameTable, frame: FrameIndex): SourceFunction {
  return { name: frames.name[frame], file: frames.file[frame], line: frames.line[frame] };
}

export type FrameCollector = {
  intern(frame: SourceFunction): FrameIndex;
  finish(): FrameTable;
};

/** Collects frames of one or several trees, each distinct frame once. */
export function createFrameCollector(): FrameCollector {
  const rows: SourceFunction[] = [];
  const strings = createStringInterner();
  // Pairs of name and file, and pairs of those and a line, which are the frames. A list for each
  // name would be walked for each of the thousands of functions that are all called (anonymous).
  const places = createEdgeInterner();
  const frames = createEdgeInterner();
  return {
    intern(frame) {
      const place = places.intern(strings.intern(frame.name), strings.intern(frame.file));
      const index = frames.intern(place, frame.line);
      if (index === rows.length) rows.push(frame);
      return index;
    },
    finish: () => ({
      length: rows.length,
      name: rows.map((row) => row.name),
      file: rows.map((row) => row.file),
      line: Int32Array.from(rows, (row) => row.line),
    }),
  };
}

/**
 * The rank of each frame in the order that siblings stand in: by the bytes of the name, then of
 * the file, then by line. Frames are few and nodes many, so strings are compared only here.
 */
export function rankFrames(frames: FrameTable): Int32Array {
  const order = Array.from({ length: frames.length }, (_, row) => row).sort(
    (a, b) =>
      compareUtf8(frames.name[a], frames.name[b]) ||
      compareUtf8(frames.file[a], frames.file[b]) ||
      frames.line[a] - frames.line[b],
  );
  const rank = new Int32Array(frames.length);
  for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  return rank;
}
