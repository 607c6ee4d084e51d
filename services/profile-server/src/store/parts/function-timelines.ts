import {
  createFrameCollector,
  frameRow,
  type LocationTable,
  NO_STACK,
  type StackTable,
} from '@emberscope/profile';
import { compareUtf8 } from '@emberscope/units';
import type { FunctionTimelines } from '../answers.ts';
import type { StackDictionary } from '../dictionary/dictionary.ts';
import type { MergeMode } from '../selection.ts';
import { columnOf, descending } from './bucketed-series.ts';
import { frameFinder } from './frame-finder.ts';
import { mergeByMode, totalOfSums } from './merge-modes.ts';
import type { QueryGuard } from './query-guard.ts';
import { partsOf } from './selected-parts.ts';
import type { StackSums } from './stack-sums.ts';
import type { Bucket } from './time-buckets.ts';

/** Own cost of a function: bucket numbers and values, and the largest of these. */
type OwnCosts = { readonly inBucket: Map<number, bigint>; peak: bigint };

/** What functions cost themselves in each bucket; those with the largest peak first. */
export function functionTimelinesOf(
  buckets: readonly Bucket[],
  mode: MergeMode,
  limit: number,
  guard: QueryGuard,
): FunctionTimelines {
  const collector = createFrameCollector();
  const frameOfStack = runningFrames(collector);
  const costs = new Map<number, OwnCosts>();
  const totals: bigint[] = [];
  for (const [number, { profiles }] of buckets.entries()) {
    const merged = mergeByMode(partsOf(profiles), mode, guard);
    totals.push(totalOfSums(merged));
    for (const [frame, value] of costsByFrame(merged, frameOfStack, guard)) {
      const cost = costs.get(frame) ?? { inBucket: new Map(), peak: 0n };
      cost.inBucket.set(number, value);
      if (value > cost.peak) cost.peak = value;
      costs.set(frame, cost);
    }
  }

  const frames = collector.finish();
  const ranked = [...costs]
    .map(([frame, cost]) => ({ ...frameRow(frames, frame), ...cost }))
    .sort(
      (a, b) =>
        descending(a.peak, b.peak) ||
        compareUtf8(a.name, b.name) ||
        compareUtf8(a.file, b.file) ||
        a.line - b.line,
    );
  return {
    edgeMillis: Float64Array.from(buckets, ({ edgeMillis }) => edgeMillis),
    total: columnOf(totals),
    functions: ranked.slice(0, limit).map(({ name, file, line, inBucket }) => {
      guard.spend(4 * buckets.length);
      const self = columnOf(buckets.map((_, number) => inBucket.get(number) ?? 0n));
      return { name, file, line, self };
    }),
    leftOut: Math.max(0, ranked.length - limit),
  };
}

type FrameOfStack = (dictionary: StackDictionary, slot: number) => number;

function costsByFrame(merged: readonly StackSums[], frameOfStack: FrameOfStack, guard: QueryGuard) {
  const costs = new Map<number, bigint>();
  for (const sums of merged) {
    for (const slot of sums.slots()) {
      guard.spend(10);
      const frame = frameOfStack(sums.dictionary, slot);
      if (frame === NO_FRAME) continue;
      costs.set(frame, (costs.get(frame) ?? 0n) + BigInt(sums.at(slot)));
    }
  }
  return costs;
}

const NO_FRAME = -1;

/** The frame that ran on top of a stack, if any of its locations has a name. */
function runningFrames(collector: ReturnType<typeof createFrameCollector>): FrameOfStack {
  const known = new Map<StackDictionary, (slot: number) => number>();

  function finderFor(dictionary: StackDictionary): (slot: number) => number {
    const { stacks, symbols } = dictionary.view();
    const frameOf = frameFinder(symbols, collector, 'source-function');
    return (slot) => {
      const line = topLine(stacks, symbols.locations, slot - 1);
      return line === undefined ? NO_FRAME : frameOf(symbols.locations.lineFunction[line] ?? 0);
    };
  }

  return (dictionary, slot) => {
    let find = known.get(dictionary);
    if (find === undefined) {
      find = finderFor(dictionary);
      known.set(dictionary, find);
    }
    return find(slot);
  };
}

/** The innermost line of the topmost location that has lines. */
function topLine(stacks: StackTable, locations: LocationTable, stack: number): number | undefined {
  for (let row = stack; row !== NO_STACK; row = stacks.parent[row] ?? NO_STACK) {
    const location = stacks.location[row] ?? 0;
    const first = locations.lineStart[location] ?? 0;
    if (first < (locations.lineStart[location + 1] ?? 0)) return first;
  }
  return undefined;
}
