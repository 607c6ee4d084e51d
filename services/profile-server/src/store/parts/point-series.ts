import { int64At } from '@emberscope/profile';
import type { LabelPair, PointSeries } from '../answers.ts';
import type { SpanId } from '../ids.ts';
import { columnOf } from './bucketed-series.ts';
import { groupProfiles } from './group-profiles.ts';
import { nanosFromPoint } from './point-in-time.ts';
import type { QueryGuard } from './query-guard.ts';
import { type SelectedProfile, totalOf } from './selected-parts.ts';
import { NO_TRACING } from './tracing-rows.ts';

/** A profile, or the part of it that ran for one span. */
type Point = {
  readonly profile: SelectedProfile;
  readonly span: SpanId | undefined;
  readonly value: bigint;
};

/** Points of each group, oldest first; groups in the order of their labels. */
export function pointSeriesOf(
  profiles: readonly SelectedProfile[],
  groupBy: readonly string[],
  per: 'profile' | 'span',
  guard: QueryGuard,
): readonly PointSeries[] {
  return groupProfiles(profiles, groupBy).map(({ labels, items }) => {
    const points = items.flatMap((profile) => {
      guard.spend(20);
      return per === 'span'
        ? spansOf(profile, guard)
        : [{ profile, span: undefined, value: totalOf(profile) }];
    });
    return seriesOfPoints(labels, points);
  });
}

function seriesOfPoints(labels: readonly LabelPair[], points: readonly Point[]): PointSeries {
  return {
    labels,
    length: points.length,
    timeNanos: BigInt64Array.from(points, ({ profile }) => nanosFromPoint(profile.time)),
    value: columnOf(points.map(({ value }) => value)),
    profileId: points.map(({ profile: { part, row } }) => part.table.idAt(row)),
    spanId: points.flatMap(({ span }) => span ?? []),
  };
}

/** The spans of a profile in the order in which its samples name them. */
function spansOf(profile: SelectedProfile, guard: QueryGuard): Point[] {
  const { part, row } = profile;
  const { table, type, filter } = part;
  const run = table.samplesOf(row, type);
  const { tracing, tracingRows, values, start, end } = run;
  if (tracing === undefined) return [];
  const valueOfSpan = new Map<SpanId, bigint>();
  for (let sample = start; sample < end; sample++) {
    guard.spend(10);
    const tracingRow = tracing[sample] ?? NO_TRACING;
    if (tracingRow === NO_TRACING || filter?.passes(run, sample) === false) continue;
    const { span } = tracingRows.at(tracingRow);
    const value = int64At(values, sample);
    if (span === undefined || value === 0n) continue;
    valueOfSpan.set(span, (valueOfSpan.get(span) ?? 0n) + value);
  }
  return [...valueOfSpan].map(([span, value]) => ({ profile, span, value }));
}
