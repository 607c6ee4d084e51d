import type { SelectSeriesRequest } from '@emberscope/protocol/querier';
import { ExemplarType } from '@emberscope/protocol/types';
import { millisFromNanos, NANOS_PER_MILLI, unixNanos } from '@emberscope/units';
import type { BucketedSeries, Exemplar } from '../../store/answers.ts';
import type { NanosRange } from '../../store/selection.ts';
import type { AnswerBody } from '../encode/answer-body.ts';
import { seriesBody } from '../encode/series-body.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument, refuseLate } from '../query-refusal.ts';
import { queryRange } from './query-range.ts';
import { hasProfiles, labelSelectorOf, profileTypeOf } from './query-selection.ts';

/** What is read of a request. */
type SeriesRequest = Pick<
  SelectSeriesRequest,
  | 'profileTypeID'
  | 'labelSelector'
  | 'start'
  | 'end'
  | 'step'
  | 'groupBy'
  | 'limit'
  | 'exemplarType'
>;

/**
 * Totals of profiles over time: plain sums, never rates, in buckets that end at `start`, `start +
 * step` and so on. `aggregation` and `stack_trace_selector` do nothing, as in Pyroscope v2.
 */
export async function selectSeries(query: Query<SelectSeriesRequest>): Promise<AnswerBody> {
  return seriesBody(await bucketedSeries(query), (series) => series.map(seriesMessage));
}

/** The same as columns. */
export async function bucketedSeries(
  query: Query<SeriesRequest>,
): Promise<readonly BucketedSeries[]> {
  const { reader, request, tenants, context } = query;
  const range = queryRange(query);
  if (range === undefined) return [];
  const profileType = profileTypeOf(request.profileTypeID);
  const stepMillis = stepMillisOf(request.step);
  const matchers = labelSelectorOf(request.labelSelector);
  const selection = { tenants, range, profileType, matchers };
  if (request.exemplarType === ExemplarType.SPAN && (await hasProfiles(query, selection))) {
    refuseLate('rpc error: code = Unimplemented desc = exemplar type span is not implemented');
  }
  const found = await reader.selectSeries(
    {
      ...selection,
      range: withStepBefore(range, stepMillis),
      firstEdgeNanos: range.startNanos,
      stepMillis,
      groupBy: request.groupBy,
      mode: 'sum',
      limit: Math.max(0, Number(request.limit ?? 0n)),
      exemplars: request.exemplarType === ExemplarType.INDIVIDUAL,
    },
    context,
  );
  return answered(found);
}

/** About 285 years: a longer step says the same of any range, and is past what int64 holds. */
export const STEP_MAX_MILLIS = 9_000_000_000_000;

function stepMillisOf(stepSeconds: number): number {
  if (!(stepSeconds >= 0.001)) refuseArgument('step must be >= 1ms');
  return Math.min(STEP_MAX_MILLIS, Math.trunc(stepSeconds * 1000));
}

/** The first bucket ends at the start of the request and takes what lies at `start - step`, too. */
function withStepBefore({ startNanos, endNanos }: NanosRange, stepMillis: number): NanosRange {
  const stepBefore = startNanos - BigInt(stepMillis) * NANOS_PER_MILLI;
  const earliest = -(2n ** 63n);
  return { startNanos: unixNanos(stepBefore < earliest ? earliest : stepBefore), endNanos };
}

export function seriesMessage({ labels, length, edgeMillis, value, exemplars }: BucketedSeries) {
  // Exemplars come in the order of buckets, one for each when they were asked for.
  return {
    labels: [...labels],
    points: Array.from({ length }, (_, i) => ({
      value: Number(value[i] ?? 0),
      timestamp: BigInt(edgeMillis[i] ?? 0),
      exemplars: exemplars.slice(i, i + 1).map(exemplarMessage),
    })),
  };
}

function exemplarMessage({ timeNanos, profileId, spanId, traceId, value, labels }: Exemplar) {
  return {
    timestamp: BigInt(millisFromNanos(timeNanos)),
    profileId,
    spanId: spanId ?? '',
    traceId: traceId ?? '',
    value,
    labels: [...labels.labels],
  };
}
