import {
  createFrameCollector,
  type FrameCollector,
  type FrameIndex,
  type SourceFunction,
  type Symbols,
  sourceFunction,
} from '@emberscope/profile';
import type { FrameKey } from '../selection.ts';
import type { FrameSpace } from './frame-space.ts';
import { growableInt32 } from './growable-column.ts';
import { CLOSURE_BYTES, MAP_ENTRY_BYTES, POINTER_BYTES } from './heap-sizes.ts';

/** The functions of one dictionary as frames of a tree, each once, in the order they are asked for. */
export type DictionaryFrames = {
  /** The symbols as they stand: those of before, with more rows or none. */
  update(symbols: Symbols): void;
  /** The frame of a function of these symbols. */
  of(symbols: Symbols, functionRow: number): FrameIndex;
  /** The numbers that the frames so far have in a space; kept for the space used last. */
  in(space: FrameSpace): Int32Array;
  readonly bytes: () => number;
};

const UNKNOWN = -1;

/** What stands for bytes that are no UTF-8. */
const REPLACEMENT_CHARACTER = '\uFFFD';

/** Of an edge with its slots, for each that there is room for: 4 + 4 + 2 * 4. */
const EDGE_BYTES = 16;
/** A frame of a collector: its name, and its place among edges and strings. */
const COLLECTED_BYTES = POINTER_BYTES + MAP_ENTRY_BYTES + 4 * EDGE_BYTES;

export function createDictionaryFrames(frameKey: FrameKey): DictionaryFrames {
  let current: Symbols | undefined;
  /** Tells frames apart that are more than a name. */
  let collector: FrameCollector | undefined;
  /** A function that is described by each frame. */
  const functionOfFrame = growableInt32();
  let frameOfFunction = new Int32Array(0);
  let frameOfName = new Int32Array(0);
  /** Of names with characters that were none: other bytes may have become the same text. */
  const frameOfOddName = new Map<string, FrameIndex>();
  let spaceBefore: WeakRef<FrameSpace> | undefined;
  let inSpace = growableInt32();

  /** A dictionary has each string once: no name has to be looked up. */
  function frameNamed({ functions, strings }: Symbols, row: number): FrameIndex {
    const name = functions.name[row] ?? 0;
    let frame = frameOfName[name] ?? UNKNOWN;
    if (frame !== UNKNOWN) return frame;
    const text = strings[name] ?? '';
    const isOdd = text.includes(REPLACEMENT_CHARACTER);
    frame = (isOdd ? frameOfOddName.get(text) : undefined) ?? functionOfFrame.length();
    if (isOdd) frameOfOddName.set(text, frame);
    frameOfName[name] = frame;
    return frame;
  }

  function frameLike(symbols: Symbols, row: number): FrameIndex {
    collector ??= createFrameCollector();
    return collector.intern(describeFunction(symbols, row, frameKey));
  }

  return {
    update(symbols) {
      current = symbols;
      frameOfFunction = withRoom(frameOfFunction, symbols.functions.length);
      if (frameKey === 'reported-name') frameOfName = withRoom(frameOfName, symbols.strings.length);
    },
    of(symbols, row) {
      let frame = frameOfFunction[row] ?? UNKNOWN;
      if (frame === UNKNOWN) {
        frame = frameKey === 'reported-name' ? frameNamed(symbols, row) : frameLike(symbols, row);
        if (frame === functionOfFrame.length()) functionOfFrame.push(row);
        frameOfFunction[row] = frame;
      }
      return frame;
    },
    in(space) {
      if (spaceBefore?.deref() !== space) {
        spaceBefore = new WeakRef(space);
        inSpace = growableInt32();
      }
      if (current !== undefined) {
        for (let frame = inSpace.length(); frame < functionOfFrame.length(); frame++) {
          const row = functionOfFrame.at(frame);
          inSpace.push(space.intern(describeFunction(current, row, frameKey)));
        }
      }
      return inSpace.view();
    },
    bytes: () =>
      8 * CLOSURE_BYTES +
      (collector === undefined ? 0 : functionOfFrame.length() * COLLECTED_BYTES) +
      functionOfFrame.bytes() +
      frameOfFunction.byteLength +
      frameOfName.byteLength +
      inSpace.bytes(),
  };
}

/** A function as a frame of a tree. */
export function describeFunction(
  { functions, strings }: Symbols,
  row: number,
  frameKey: FrameKey,
): SourceFunction {
  const name = strings[functions.name[row] ?? 0] ?? '';
  if (frameKey === 'reported-name') return { name, file: '', line: 0 };
  return sourceFunction({
    name,
    systemName: strings[functions.systemName[row] ?? 0] ?? '',
    fileName: strings[functions.fileName[row] ?? 0] ?? '',
    startLine: functions.startLine[row] ?? 0,
  });
}

/** Cells for more rows, of which nothing is known. */
function withRoom(cells: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= cells.length) return cells;
  const larger = new Int32Array(Math.max(length, Math.floor(1.25 * cells.length)));
  larger.set(cells);
  return larger.fill(UNKNOWN, cells.length);
}
