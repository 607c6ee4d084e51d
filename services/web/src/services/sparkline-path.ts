import type { Timeline } from '../api/timeline-answer.ts';

/**
 * An SVG path over `widthPx` × `heightPx`, from zero at the bottom to the largest value at the top.
 * Buckets without a profile break the line; a bucket alone is a dot of one bucket's width.
 */
export function sparklinePath(timeline: Timeline, widthPx: number, heightPx: number): string {
  const { pointCount, bucket, value } = timeline;
  const largest = value.reduce((most, each) => Math.max(most, each), 0);
  const bucketPx = widthPx / Math.max(1, pointCount);
  let path = '';
  for (const [row, place] of bucket.entries()) {
    const height = largest === 0 ? 0 : ((value[row] ?? 0) / largest) * (heightPx - 2);
    const y = (heightPx - 1 - height).toFixed(1);
    const isJoined = row > 0 && bucket[row - 1] === place - 1;
    const start = (place * bucketPx).toFixed(1);
    path += `${isJoined ? 'L' : 'M'}${start} ${y}H${((place + 1) * bucketPx).toFixed(1)}`;
  }
  return path;
}
