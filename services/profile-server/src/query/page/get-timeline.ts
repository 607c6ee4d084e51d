import { LABEL } from '@emberscope/labels';
import {
  type GetTimelineRequest,
  GetTimelineResponseSchema,
} from '@emberscope/protocol/page/timeline';
import { millisFromNanos } from '@emberscope/units';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import { wholeMillisRange } from '../millis-range.ts';
import { typeMatcher } from '../profile-type-matcher.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { coverageMessage } from './coverage.ts';
import {
  functionOf,
  keptFromMillis,
  type MillisRange,
  type PageSelection,
  readGroupBy,
  readLimit,
  readMode,
  readSelection,
} from './page-request.ts';
import { shortestStepMillis } from './shortest-step.ts';
import { timelineMessage, timelineSeries } from './timeline.ts';
import { BUCKETS_MAX, bucketsOfStep, bucketsOfTarget, rangeOfBuckets } from './timeline-buckets.ts';

const TARGET_POINTS = { usual: 300, most: BUCKETS_MAX };
const SERIES = { usual: 20, most: 500 };

/** Values over time, in one or several series, and the deploys among them. */
export async function getTimeline(query: Query<GetTimelineRequest>): Promise<AnswerBody> {
  const { reader, request, tenants, context } = query;
  const selection = readSelection(request.selection, query);
  const { profileType, matchers } = selection;
  const targetPoints = readLimit('target_points', request.targetPoints, TARGET_POINTS);
  const limit = readLimit('limit', request.limit, SERIES);
  const groupBy = readGroupBy(request.groupBy);
  const mode = readMode(request.mode, profileType);
  const buckets =
    request.stepMillis === 0n
      ? bucketsOfTarget(selection.range, targetPoints, await shortestStepOf(query, selection))
      : bucketsOfStep(selection.range, request.stepMillis);

  const range = rangeOfBuckets(buckets);
  const whole = {
    tenants,
    matchers,
    profileType,
    range: wholeMillisRange(range.startMillis, range.endMillis),
  };
  const series = await timelineSeries(query, whole, buckets, {
    groupBy,
    mode,
    ...(request.function !== undefined && { function: functionOf(request.function) }),
  });
  const total = answered(await reader.mergeTotal({ ...whole, mode }, context));
  const deploys = await deploysIn(query, selection, range);
  return messageBody(GetTimelineResponseSchema, {
    timeline: timelineMessage(buckets, series.slice(0, limit)),
    seriesLeftOut: Math.max(0, series.length - limit),
    coverage: await coverageMessage(query, whole, total, { mode, range }),
    deploys: deploys.slice(-DEPLOYS_MAX),
    deploysLeftOut: Math.max(0, deploys.length - DEPLOYS_MAX),
  });
}

async function shortestStepOf(
  { reader, tenants, context }: Query<unknown>,
  { range, profileType, matchers }: PageSelection,
): Promise<bigint> {
  const nanos = wholeMillisRange(range.startMillis, range.endMillis);
  const selected = { tenants, range: nanos, profileType, matchers, mode: 'sum' } as const;
  const { coverage } = answered(await reader.mergeTotal(selected, context));
  return shortestStepMillis(coverage, profileType);
}

const DEPLOYS_MAX = 100;

/** Versions that were first seen within a range, of all that is kept; oldest first. */
async function deploysIn(
  query: Query<GetTimelineRequest>,
  { profileType, matchers }: PageSelection,
  { startMillis, endMillis }: MillisRange,
) {
  const { reader, tenants, context } = query;
  const { versionLabel } = query.request;
  if (versionLabel === '') return [];
  const activity = answered(
    await reader.activity(
      {
        tenants,
        range: wholeMillisRange(keptFromMillis(query), endMillis),
        matchers: [...matchers, typeMatcher(profileType)],
        groupBy: [LABEL.serviceName, versionLabel],
      },
      context,
    ),
  );
  return activity
    .map(({ labels, oldestNanos }) => ({
      firstSeenMillis: BigInt(millisFromNanos(oldestNanos)),
      version: labels.find(({ name }) => name === versionLabel)?.value ?? '',
      serviceName: labels.find(({ name }) => name === LABEL.serviceName)?.value ?? '',
    }))
    .filter(({ version, firstSeenMillis }) => version !== '' && firstSeenMillis >= startMillis)
    .sort((a, b) => Number(a.firstSeenMillis - b.firstSeenMillis));
}
