import type { GetTimelineResponse } from '@emberscope/protocol/page/timeline';
import type { MillisSpan } from '../time-range.ts';
import { type Coverage, readCoverage } from './coverage.ts';

/**
 * One series of values over time, as columns. Bucket `i` holds every profile later than
 * `firstEdgeMillis + (i - 1) * stepMillis` and not later than one step on; only buckets with a
 * profile have a cell.
 */
export type Timeline = {
  readonly stepMillis: number;
  readonly firstEdgeMillis: number;
  readonly pointCount: number;
  /** Which buckets, ascending; length n. */
  readonly bucket: readonly number[];
  /** In the unit of the profile type; length n. */
  readonly value: readonly number[];
};

export type TimelineAnswer = { readonly timeline: Timeline; readonly coverage: Coverage };

export function readTimeline(response: GetTimelineResponse, asked: MillisSpan): TimelineAnswer {
  return {
    timeline: readFirstSeries(response.timeline),
    coverage: readCoverage(response.coverage, asked),
  };
}

/** The largest series of a timeline: the only one when nothing is grouped by. */
export function readFirstSeries(wire: GetTimelineResponse['timeline']): Timeline {
  const series = wire?.series[0];
  return {
    stepMillis: Number(wire?.stepMillis ?? 0n),
    firstEdgeMillis: Number(wire?.firstEdgeMillis ?? 0n),
    pointCount: wire?.pointCount ?? 0,
    bucket: series?.bucket ?? [],
    value: series?.value.map(Number) ?? [],
  };
}
