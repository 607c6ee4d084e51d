import { int64At } from '@emberscope/profile';
import { floorDivide, MILLIS_PER_DAY, MILLIS_PER_HOUR } from '@emberscope/units';
import type { FunctionSelector, MergeMode, ProfileSelection } from '../../store/selection.ts';
import { wholeMillisRange } from '../millis-range.ts';
import type { Query } from '../query.ts';
import { answered } from '../query-refusal.ts';
import { coverageMessage } from './coverage.ts';
import { keptFromMillis, type MillisRange } from './page-request.ts';
import { timelineMessage, timelineSeries } from './timeline.ts';
import { bucketsOfStep } from './timeline-buckets.ts';
import { wholeRangeSeries } from './whole-range-series.ts';

type TrendRequest = {
  readonly selection: Omit<ProfileSelection, 'range'>;
  readonly function: FunctionSelector;
  readonly mode: MergeMode;
  /** As it was asked for: the week before lies before all that is kept as profiles. */
  readonly range: MillisRange;
};

/** As long as an engine keeps sums of hours by default; what it does not have stays empty. */
const TREND_DAYS = 90n;
const WEEK_DAYS = 7n;
const DAY_MILLIS = BigInt(MILLIS_PER_DAY);
const HOUR_MILLIS = BigInt(MILLIS_PER_HOUR);

const BEFORE_RETENTION = { rollups: 'before-retention' } as const;

/** How a function did in the past: a day at a time, and a week before the range. */
export async function functionTrend(query: Query<unknown>, request: TrendRequest) {
  const { mode } = request;
  // A sum of an hour does not know its newest profile.
  if (mode === 'last') return {};
  return {
    trend: await trendOf(query, request),
    weekBefore: await weekBeforeOf(query, request),
  };
}

async function trendOf(query: Query<unknown>, { selection, function: wanted, mode }: TrendRequest) {
  const endMillis = BigInt(Math.trunc(query.nowMillis()));
  const range = { startMillis: endMillis - TREND_DAYS * DAY_MILLIS, endMillis };
  const buckets = bucketsOfStep(range, DAY_MILLIS);
  const options = { groupBy: [], mode, function: wanted, ...BEFORE_RETENTION };
  return timelineMessage(buckets, await timelineSeries(query, selection, buckets, options));
}

async function weekBeforeOf(
  query: Query<unknown>,
  { selection: ofAnyTime, function: wanted, mode, range: asked }: TrendRequest,
) {
  const range = wholeHoursIfOld(
    {
      startMillis: asked.startMillis - WEEK_DAYS * DAY_MILLIS,
      endMillis: asked.endMillis - WEEK_DAYS * DAY_MILLIS,
    },
    keptFromMillis(query),
  );
  const selection = {
    ...ofAnyTime,
    ...BEFORE_RETENTION,
    range: wholeMillisRange(range.startMillis, range.endMillis),
  };
  const total = answered(await query.reader.mergeTotal({ ...selection, mode }, query.context));
  const options = { groupBy: [], mode, function: wanted };
  const [series] = await wholeRangeSeries(query, selection, options);
  return {
    total: series === undefined ? 0n : int64At(series.value, 0),
    coverage: await coverageMessage(query, selection, total, { mode, range }),
  };
}

/**
 * Where profiles are gone, hours are the smallest there is: a range of 15 minutes becomes the hour
 * that it lies in. Shares compare all the same.
 */
function wholeHoursIfOld({ startMillis, endMillis }: MillisRange, keptFrom: bigint): MillisRange {
  if (startMillis >= keptFrom) return { startMillis, endMillis };
  return {
    startMillis: floorDivide(startMillis, HOUR_MILLIS) * HOUR_MILLIS,
    endMillis: (floorDivide(endMillis, HOUR_MILLIS) + 1n) * HOUR_MILLIS - 1n,
  };
}
