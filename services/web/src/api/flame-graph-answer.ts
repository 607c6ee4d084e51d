import type { CallTree, FrameTable } from '@emberscope/profile';
import type { FrameTable as WireFrameTable } from '@emberscope/protocol/page/frames';
import type { MillisSpan } from '../time-range.ts';
import { type Coverage, readCoverage } from './coverage.ts';
import type { FlameGraphResponse } from './flame-graph-call.ts';
import type { TreeColumns } from './tree-columns.ts';

/** A call tree and what it rests on. */
export type FlameGraphAnswer = {
  readonly tree: CallTree;
  readonly coverage: Coverage;
  /** The value in nodes that the server left out, anywhere in the tree. */
  readonly otherTotal: number;
  /** The functions there were before any node was left out. */
  readonly functionCount: number;
};

/**
 * Turns an answer into the columns that layout and search run on. Throws a `RangeError` on columns
 * that contradict one another: then server and page are of different versions, and drawing on
 * would show wrong numbers.
 */
export function readFlameGraph(
  { rest, tree }: FlameGraphResponse,
  asked: MillisSpan,
): FlameGraphAnswer {
  const frames = readFrames(rest.frames);
  return {
    tree: readTree(tree, frames),
    coverage: readCoverage(rest.coverage, asked),
    otherTotal: Number(rest.otherTotal),
    functionCount: rest.functionCount,
  };
}

function readFrames(wire: WireFrameTable | undefined): FrameTable {
  const { strings = [], name = [], file = [], line = [] } = wire ?? {};
  if (file.length !== name.length || line.length !== name.length) {
    throw new RangeError(
      `frames have ${name.length} names, ${file.length} files and ${line.length} lines`,
    );
  }
  const stringAt = (row: number): string => {
    const text = strings[row];
    if (text === undefined) throw new RangeError(`string ${row} of ${strings.length}`);
    return text;
  };
  return {
    length: name.length,
    name: name.map(stringAt),
    file: file.map(stringAt),
    line: Int32Array.from(line),
  };
}

function readTree(wire: TreeColumns, frames: FrameTable): CallTree {
  const { parentPlusOne, frame, self, total } = wire;
  const length = parentPlusOne.length;
  if (frame.length !== length || self.length !== length || total.length !== length) {
    throw new RangeError(
      `a tree of ${length} parents, ${frame.length} frames, ${self.length} selfs, ${total.length} totals`,
    );
  }
  const parent = new Int32Array(length);
  // A plain loop: an iterator over 100,000 nodes costs more than all that it would go through.
  for (let node = 0; node < length; node++) {
    const plusOne = parentPlusOne[node] ?? 0;
    if (plusOne > node) throw new RangeError(`node ${node} has the parent ${plusOne - 1}`);
    const frameRow = frame[node] ?? 0;
    if (frameRow >= frames.length) throw new RangeError(`frame ${frameRow} of ${frames.length}`);
    parent[node] = plusOne - 1;
  }
  return { length, frames, parent, frame: Int32Array.from(frame), self, total };
}
