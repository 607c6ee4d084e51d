import type { Matcher } from '@emberscope/labels';
import {
  HeatmapQueryType,
  type SelectHeatmapRequest,
  SelectHeatmapResponseSchema,
} from '@emberscope/protocol/querier';
import { ExemplarType } from '@emberscope/protocol/types';
import { millisFromNanos, unixNanos } from '@emberscope/units';
import type { PointSeries } from '../../store/answers.ts';
import type { ProfileSelection } from '../../store/selection.ts';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import { typeMatcher } from '../profile-type-matcher.ts';
import type { Query } from '../query.ts';
import { answered, refuse, refuseArgument, refuseLate } from '../query-refusal.ts';
import { type HeatMapExemplar, type HeatMapGroup, heatMapOf } from './heat-map.ts';
import { queryRange } from './query-range.ts';
import { hasProfiles, profileTypeOf, readLabelSelector } from './query-selection.ts';
import { STEP_MAX_MILLIS } from './select-series.ts';

/**
 * Slots of an answer: 6 MB of it. A step of a second has fewer over half a day, and no screen has so
 * many columns; a step of 1 ms over a day would have one for each profile.
 */
const MAX_SLOTS = 32_768;

/** How many profiles, or spans of profiles, there are of which value and when. */
export async function selectHeatmap(query: Query<SelectHeatmapRequest>): Promise<AnswerBody> {
  const { reader, request, tenants, context } = query;
  const stepMillis = stepMillisOf(request.step);
  const limit = request.limit ?? 0n;
  if (limit < 0n) refuseArgument(`limit must be non-negative, got ${limit}`);
  if (request.start >= request.end) {
    refuseArgument(
      `start time must be before end time, got start=${request.start} end=${request.end}`,
    );
  }
  const range = queryRange(query);
  if (range === undefined) return messageBody(SelectHeatmapResponseSchema, {});
  const profileType = profileTypeOf(request.profileTypeID);
  const selection = { tenants, range, profileType, matchers: selectorOf(request.labelSelector) };
  const per = pointsOf(request.queryType);
  const complaint = complaintAbout(request);
  if (complaint !== undefined || per === undefined) {
    // As in Pyroscope, whose parts look at these only where there is something to count.
    if (await hasProfiles(query, selection)) {
      refuseLate(`rpc error: code = Unknown desc = ${complaint}`);
    }
    return messageBody(SelectHeatmapResponseSchema, {});
  }
  const withExemplars = isWithExemplars(request.exemplarType);
  const groupBy = withExemplars
    ? [...new Set([...request.groupBy, ...(await labelNamesOf(query, selection))])]
    : request.groupBy;
  const points = answered(await reader.selectPoints({ ...selection, groupBy, per }, context));
  const { bucketMins, groups } = heatMapOf(
    points.filter(hasPoints),
    [...new Set(request.groupBy)],
    {
      startMillis: BigInt(millisFromNanos(range.startNanos)),
      endMillis: BigInt(millisFromNanos(range.endNanos)),
      stepMillis,
    },
    withExemplars,
  );
  const kept = limit > 0n ? groups.slice(0, Number(limit)) : groups;
  checkSlotCount(kept, request.step);
  const yMin = [...bucketMins];
  return messageBody(SelectHeatmapResponseSchema, {
    series: kept.map(({ labels, slots }) => ({
      labels: [...labels],
      slots: slots.map(({ edgeMillis, counts, exemplars }) => ({
        timestamp: edgeMillis,
        yMin,
        counts: [...counts],
        exemplars: exemplars.map(exemplarMessage),
      })),
    })),
  });
}

function stepMillisOf(stepSeconds: number): number {
  if (!(stepSeconds >= 0.001)) refuseArgument(`step must be >= 1ms, got ${goFixed(stepSeconds)}`);
  return Math.min(STEP_MAX_MILLIS, Math.trunc(stepSeconds * 1000));
}

/** A number with six digits behind the point, as Pyroscope prints it. */
function goFixed(number: number): string {
  if (number === Number.NEGATIVE_INFINITY) return '-Inf';
  // From 1e21 on, toFixed goes over to exponents.
  return Math.abs(number) < 1e21 ? number.toFixed(6) : String(number);
}

/** Here, and only here, Pyroscope calls a selector that it cannot read a failure of its own. */
function selectorOf(selector: string): readonly Matcher[] {
  const parsed = readLabelSelector(selector);
  return parsed.ok ? parsed.matchers : refuseLate(parsed.reason);
}

function pointsOf(type: HeatmapQueryType): 'profile' | 'span' | undefined {
  if (type === HeatmapQueryType.INDIVIDUAL) return 'profile';
  return type === HeatmapQueryType.SPAN ? 'span' : undefined;
}

/** What is wrong with the kinds of points and of exemplars, or undefined. */
function complaintAbout({ queryType, exemplarType }: SelectHeatmapRequest): string | undefined {
  if (pointsOf(queryType) === undefined) return 'valid heatmap query type must be specified';
  if (exemplarType === ExemplarType.SPAN && queryType !== HeatmapQueryType.SPAN) {
    return 'span exemplars only available for span query type';
  }
  if (exemplarType === ExemplarType.INDIVIDUAL && queryType !== HeatmapQueryType.INDIVIDUAL) {
    return 'individual exemplars only available for individual query type';
  }
  return undefined;
}

function isWithExemplars(type: ExemplarType): boolean {
  return type === ExemplarType.INDIVIDUAL || type === ExemplarType.SPAN;
}

async function labelNamesOf(
  { reader, context }: Query<unknown>,
  { tenants, range, matchers, profileType }: ProfileSelection,
): Promise<readonly string[]> {
  const all = { tenants, range, matchers: [...matchers, typeMatcher(profileType)] };
  return answered(await reader.labelNames(all, context));
}

/** Profiles without spans leave a series without points. */
function hasPoints({ length }: PointSeries): boolean {
  return length > 0;
}

function checkSlotCount(groups: readonly HeatMapGroup[], stepSeconds: number): void {
  const slotCount = groups.reduce((sum, { slots }) => sum + slots.length, 0);
  if (slotCount <= MAX_SLOTS) return;
  refuse(
    'resource_exhausted',
    `a step of ${stepSeconds} s makes ${slotCount} slots; the limit is ${MAX_SLOTS}; ask with a longer step, a shorter range or fewer groups`,
  );
}

function exemplarMessage({ timeNanos, profileId, spanId, value, labels }: HeatMapExemplar) {
  return {
    timestamp: BigInt(millisFromNanos(unixNanos(timeNanos))),
    profileId,
    spanId: spanId ?? '',
    value,
    labels: [...labels],
  };
}
