import { formatValue, NANOS_PER_MILLI } from '@emberscope/units';
import type { Timeline } from '../api/timeline-answer.ts';
import type { MillisSpan } from '../time-range.ts';
import { coresText } from './cores-text.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';

/**
 * What a chart draws: a cell for each bucket, `length` point count. `edgeMillis` are right edges;
 * an empty bucket is `null`, since nothing measured is not the same as nothing spent.
 */
export type TimelineColumns = {
  readonly edgeMillis: readonly number[];
  /** Busy cores for CPU, else the value of the bucket. */
  readonly amount: readonly (number | null)[];
};

export function timelineColumns(timeline: Timeline, words: ProfileTypeWords): TimelineColumns {
  const { pointCount, firstEdgeMillis, stepMillis, bucket, value } = timeline;
  const edgeMillis = Array.from({ length: pointCount }, (_, i) => firstEdgeMillis + i * stepMillis);
  const amount = new Array<number | null>(pointCount).fill(null);
  const perUnit = amountPerUnit(words, stepMillis);
  for (const [row, place] of bucket.entries()) {
    if (place < pointCount) amount[place] = (value[row] ?? 0) * perUnit;
  }
  return { edgeMillis, amount };
}

/** An amount in words: `0.42 cores`, `48 MB`. */
export function formatAmount(amount: number, words: ProfileTypeWords): string {
  return words.isCpu ? coresText(amount) : formatValue(amount, words.unit);
}

/**
 * The buckets that a dragged stretch touches, as a span that costs exactly their sum: from one
 * millisecond behind an edge up to another edge. Undefined when it touches none.
 */
export function spanOfBuckets(
  timeline: Timeline,
  fromMillis: number,
  toMillis: number,
): MillisSpan | undefined {
  const { pointCount, firstEdgeMillis, stepMillis } = timeline;
  if (pointCount === 0 || stepMillis <= 0) return undefined;
  const bucketAt = (millis: number): number => Math.ceil((millis - firstEdgeMillis) / stepMillis);
  const first = Math.max(0, bucketAt(Math.min(fromMillis, toMillis)));
  const last = Math.min(pointCount - 1, bucketAt(Math.max(fromMillis, toMillis)));
  if (first > last) return undefined;
  return {
    startMillis: firstEdgeMillis + (first - 1) * stepMillis + 1,
    endMillis: firstEdgeMillis + last * stepMillis,
  };
}

/** A window moved by whole buckets, as far as the timeline goes; the last bucket without a window. */
export function moveWindow(
  timeline: Timeline,
  window: MillisSpan | undefined,
  bucketCount: number,
): MillisSpan | undefined {
  const { pointCount, firstEdgeMillis, stepMillis } = timeline;
  if (pointCount === 0 || stepMillis <= 0) return undefined;
  const lastEdge = firstEdgeMillis + (pointCount - 1) * stepMillis;
  if (window === undefined) {
    return { startMillis: lastEdge - stepMillis + 1, endMillis: lastEdge };
  }
  const earliest = firstEdgeMillis - stepMillis + 1 - window.startMillis;
  const latest = lastEdge - window.endMillis;
  // A window from an older timeline may lie outside of this one: then it is brought to its edge.
  const offset = Math.max(Math.min(earliest, 0), Math.min(bucketCount * stepMillis, latest));
  return {
    startMillis: window.startMillis + offset,
    endMillis: window.endMillis + offset,
  };
}

function amountPerUnit(words: ProfileTypeWords, stepMillis: number): number {
  if (!words.isCpu || words.unit.kind !== 'time' || stepMillis <= 0) return 1;
  return words.unit.nanosPerUnit / (stepMillis * Number(NANOS_PER_MILLI));
}
