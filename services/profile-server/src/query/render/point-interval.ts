import { MILLIS_PER_HOUR, MILLIS_PER_MINUTE, MILLIS_PER_SECOND } from '@emberscope/units';

/** About as many points as a timeline has. */
const POINTS = 1500;

const SECOND = MILLIS_PER_SECOND;
const MINUTE = MILLIS_PER_MINUTE;
const HOUR = MILLIS_PER_HOUR;
const DAY = 24 * HOUR;

/** What a clock's face is divided by. An interval becomes the nearest of them, and 15 s at least. */
const CLOCK_STEPS = [
  ...[15, 20, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6].map((hours) => hours * HOUR),
];

/** Longer ones of a calendar, and up to which interval each of them is taken. */
const CALENDAR_STEPS = [
  { step: 12 * HOUR, longest: DAY },
  { step: DAY, longest: 7 * DAY },
  { step: 7 * DAY, longest: 21 * DAY },
  { step: 30 * DAY, longest: 42 * DAY },
] as const;
const LONGEST_STEP = 365 * DAY;

/**
 * The step of a timeline in milliseconds: a round one of which a range has about 1,500, as Grafana
 * rounds it.
 */
export function pointIntervalMillis(startMillis: number, endMillis: number): number {
  const interval = (endMillis - startMillis) / POINTS;
  const isNearest = (step: number, next: number) => interval <= (step + next) / 2;
  for (const [i, step] of CLOCK_STEPS.entries()) {
    if (isNearest(step, CLOCK_STEPS[i + 1] ?? 12 * HOUR)) return step;
  }
  return CALENDAR_STEPS.find(({ longest }) => interval <= longest)?.step ?? LONGEST_STEP;
}
