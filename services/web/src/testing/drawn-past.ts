import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetFunctionResponseSchema } from '@emberscope/protocol/page/function';
import type { MergeMode } from '@emberscope/protocol/page/selection';
import { MILLIS_PER_DAY } from '@emberscope/units';

/** As the server answers: 90 days back from a moment are parts of 91 days. */
const DAYS = 91;
const WEEK_DAYS = 7;
/** The drawn server was away for these days, and the function is slower since then. */
const AWAY = { fromDaysAgo: 40, toDaysAgo: 36 };
const SLOWER_SINCE_DAYS = 5;

/**
 * The past of a function that became 2.8 times as slow five days ago. Of `recordedDays` days, today
 * included, something is known. `perDay` is what a day cost before, `weekBefore` the same range a
 * week ago.
 */
export function drawnPast(
  nowMillis: number,
  recordedDays: number,
  perDay: number,
  weekBefore: { readonly total: bigint; readonly all: bigint; readonly mode: MergeMode },
): Pick<MessageInitShape<typeof GetFunctionResponseSchema>, 'trend' | 'weekBefore'> {
  const lastEdgeMillis = Math.ceil(nowMillis / MILLIS_PER_DAY) * MILLIS_PER_DAY;
  const bucket: number[] = [];
  const value: bigint[] = [];
  for (let place = Math.max(0, DAYS - recordedDays); place < DAYS; place++) {
    const daysAgo = DAYS - 1 - place;
    if (daysAgo <= AWAY.fromDaysAgo && daysAgo >= AWAY.toDaysAgo) continue;
    // Weekends are quiet, and a third of today is over.
    const rhythm = place % 7 < 2 ? 0.5 : 0.9 + 0.1 * Math.sin(place);
    const level = rhythm * (daysAgo < SLOWER_SINCE_DAYS ? 2.8 : 1) * (daysAgo === 0 ? 0.33 : 1);
    bucket.push(place);
    value.push(BigInt(Math.round(level * perDay)));
  }
  const { total, all, mode } = weekBefore;
  return {
    trend: {
      stepMillis: BigInt(MILLIS_PER_DAY),
      firstEdgeMillis: BigInt(lastEdgeMillis - (DAYS - 1) * MILLIS_PER_DAY),
      pointCount: DAYS,
      series: [{ labels: [], bucket, value, profileCount: bucket.map(() => 3) }],
    },
    weekBefore:
      recordedDays > WEEK_DAYS
        ? { total, coverage: { mode, total: all, profileCount: 90n } }
        : { coverage: { mode } },
  };
}
