import { MILLIS_PER_HOUR, MILLIS_PER_MINUTE, MILLIS_PER_SECOND } from '@emberscope/units';

/** About as many points as a timeline has. */
const POINTS = 1500;

const SECOND = MILLIS_PER_SECOND;
const MINUTE = MILLIS_PER_MINUTE;
const HOUR = MILLIS_PER_HOUR;
const DAY = 24 * HOUR;

const MIN_STEP = 15 * SECOND;

/** Round steps, each with the longest interval that becomes it: the ladder of Grafana. */
const STEPS: readonly (readonly [longestMillis: number, stepMillis: number])[] = [
  [17.5 * SECOND, 15 * SECOND],
  [25 * SECOND, 20 * SECOND],
  [45 * SECOND, 30 * SECOND],
  [90 * SECOND, MINUTE],
  [3.5 * MINUTE, 2 * MINUTE],
  [7.5 * MINUTE, 5 * MINUTE],
  [12.5 * MINUTE, 10 * MINUTE],
  [17.5 * MINUTE, 15 * MINUTE],
  [25 * MINUTE, 20 * MINUTE],
  [45 * MINUTE, 30 * MINUTE],
  [1.5 * HOUR, HOUR],
  [2.5 * HOUR, 2 * HOUR],
  [4.5 * HOUR, 3 * HOUR],
  [9 * HOUR, 6 * HOUR],
  [DAY, 12 * HOUR],
  [7 * DAY, DAY],
  [21 * DAY, 7 * DAY],
  [42 * DAY, 30 * DAY],
];
const LONGEST_STEP = 365 * DAY;

/** The step of a timeline: a round one of which a range has about 1,500, and 15 s at least. */
export function pointIntervalMillis(startMillis: number, endMillis: number): number {
  const interval = (endMillis - startMillis) / POINTS;
  if (interval < MIN_STEP) return MIN_STEP;
  return STEPS.find(([longest]) => interval <= longest)?.[1] ?? LONGEST_STEP;
}
