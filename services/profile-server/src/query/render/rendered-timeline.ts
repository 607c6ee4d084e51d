import { type Int64Column, int64At } from '@emberscope/profile';

/** Values over time as the older API has them: every step has one. */
export type RenderedTimeline = {
  /** A whole multiple of the step. */
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly samples: Int64Column;
};

/** What `BucketedSeries` has of points: right edges of buckets, and values. */
type Points = {
  readonly length: number;
  readonly edgeMillis: Float64Array;
  readonly value: Int64Column;
};

/**
 * A series laid on the multiples of a step from the last before `startMillis` to the last before
 * `endMillis`, which is left out; 0 where there is no point. Nothing at all is a row of zeros.
 */
export function renderedTimeline(
  points: Points | undefined,
  startMillis: number,
  endMillis: number,
  stepMillis: number,
): RenderedTimeline {
  const first = Math.floor(startMillis / stepMillis);
  const length = Math.max(0, Math.floor(endMillis / stepMillis) - first);
  const samples = new BigInt64Array(length);
  for (let i = 0; i < (points?.length ?? 0); i++) {
    const at = Math.floor((points?.edgeMillis[i] ?? 0) / stepMillis) - first;
    if (points !== undefined && at >= 0 && at < length) samples[at] = int64At(points.value, i);
  }
  return { startSeconds: (first * stepMillis) / 1000, stepSeconds: stepMillis / 1000, samples };
}
