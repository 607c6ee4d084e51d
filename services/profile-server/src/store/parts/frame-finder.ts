import type { FrameCollector, Symbols } from '@emberscope/profile';
import { describeFunction } from '../dictionary/dictionary-frames.ts';
import type { FrameKey } from '../selection.ts';

const UNKNOWN = -1;

/** The frame that a function becomes, found out when it is first met. */
export function frameFinder(
  symbols: Symbols,
  frames: FrameCollector,
  frameKey: FrameKey,
): (row: number) => number {
  const frameOf = new Int32Array(symbols.functions.length).fill(UNKNOWN);
  return (row) => {
    let frame = frameOf[row] ?? UNKNOWN;
    if (frame === UNKNOWN) {
      frame = frames.intern(describeFunction(symbols, row, frameKey));
      frameOf[row] = frame;
    }
    return frame;
  };
}
