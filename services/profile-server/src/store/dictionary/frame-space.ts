import {
  createFrameCollector,
  type FrameIndex,
  OTHER,
  type SourceFunction,
} from '@emberscope/profile';
import { compareUtf8 } from '@emberscope/units';

/**
 * Frames of many dictionaries, each once: trees whose frames have the same numbers are laid over one
 * another without a look at a name. It only grows; whoever keeps one begins another when it has
 * become too large.
 */
export type FrameSpace = {
  intern(frame: SourceFunction): FrameIndex;
  at(frame: FrameIndex): SourceFunction;
  readonly length: () => number;
  /**
   * All frames in the order that siblings stand in (`rankFrames`), and the place of each in it.
   * Frames that came since are sorted in: with thousands of names, sorting all of them would cost
   * more than a small query.
   */
  order(): { readonly sorted: Int32Array; readonly rank: Int32Array };
};

/** The frame of what truncation folds away: the first one of every space. */
export const OTHER_FRAME: FrameIndex = 0;

export function createFrameSpace(): FrameSpace {
  const collector = createFrameCollector();
  const frames: SourceFunction[] = [];
  let sorted = new Int32Array(0);
  let rank = new Int32Array(0);

  function intern(frame: SourceFunction): FrameIndex {
    const index = collector.intern(frame);
    if (index === frames.length) frames.push(frame);
    return index;
  }

  function at(frame: FrameIndex): SourceFunction {
    const found = frames[frame];
    if (found === undefined) throw new Error(`frame ${frame} of ${frames.length}`);
    return found;
  }

  function compare(a: FrameIndex, b: FrameIndex): number {
    const [one, other] = [at(a), at(b)];
    return (
      compareUtf8(one.name, other.name) ||
      compareUtf8(one.file, other.file) ||
      one.line - other.line
    );
  }

  function sortNewOnesIn(): void {
    const added = Int32Array.from({ length: frames.length - sorted.length }, (_, i) => {
      return sorted.length + i;
    }).sort(compare);
    const merged = new Int32Array(frames.length);
    let taken = 0;
    let length = 0;
    for (const frame of added) {
      const before = placeOf(frame, taken);
      merged.set(sorted.subarray(taken, before), length);
      length += before - taken;
      taken = before;
      merged[length++] = frame;
    }
    merged.set(sorted.subarray(taken), length);
    sorted = merged;
    rank = new Int32Array(frames.length);
    for (const [place, frame] of sorted.entries()) rank[frame] = place;
  }

  /** How many of the sorted frames stand before one, of which `first` are known to. */
  function placeOf(frame: FrameIndex, first: number): number {
    let low = first;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(sorted[middle] ?? 0, frame) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  intern({ name: OTHER, file: '', line: 0 });

  return {
    intern,
    at,
    length: () => frames.length,
    order() {
      if (sorted.length < frames.length) sortNewOnesIn();
      return { sorted, rank };
    },
  };
}
