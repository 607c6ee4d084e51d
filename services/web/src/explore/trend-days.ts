import { formatValue } from '@emberscope/units';
import type { Timeline } from '../api/timeline-answer.ts';
import { formatDay } from '../time-range.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';

/** Days of UTC, oldest first, `length` n; the last one is today, which is not over. */
export type TrendDays = {
  readonly length: number;
  /** When each day began. */
  readonly startMillis: readonly number[];
  /** In the unit of the profile type; `null` where nothing was recorded, which is not nothing spent. */
  readonly value: readonly (number | null)[];
  /** Of the largest value; the newest of several. */
  readonly largestPlace: number;
};

/** One bar says nothing about a trend. */
const DAYS_MIN = 2;

/** The days of a trend; undefined when fewer than two were recorded. */
export function trendDays({
  pointCount,
  firstEdgeMillis,
  stepMillis,
  bucket,
  value,
}: Timeline): TrendDays | undefined {
  if (bucket.length < DAYS_MIN) return undefined;
  const values = new Array<number | null>(pointCount).fill(null);
  let largestPlace = bucket[0] ?? 0;
  for (const [row, place] of bucket.entries()) {
    if (place >= pointCount) continue;
    values[place] = value[row] ?? 0;
    if ((values[place] ?? 0) >= (values[largestPlace] ?? 0)) largestPlace = place;
  }
  return {
    length: pointCount,
    startMillis: values.map((_, place) => firstEdgeMillis + (place - 1) * stepMillis),
    value: values,
    largestPlace,
  };
}

/** `14 Nov`, `26 Nov so far` for today. */
export function dayText(days: TrendDays, place: number): string {
  const day = formatDay(days.startMillis[place] ?? 0, 'UTC');
  return place === days.length - 1 ? `${day} so far` : day;
}

/** `3 h 12 min`, or that nothing was recorded on a day. */
export function dayValueText(days: TrendDays, place: number, words: ProfileTypeWords): string {
  const value = days.value[place] ?? null;
  return value === null ? 'nothing recorded' : formatValue(value, words.unit);
}

/** A day that was recorded shows as much, however little it cost: what is a gap was not. */
const LEAST_PX = 1;
/** The part of a day's width that stays free between two. */
const FREE_PART = 0.25;

/** SVG paths over `widthPx` × `heightPx`: the bars of whole days, and today's. */
export function trendPaths(
  days: TrendDays,
  widthPx: number,
  heightPx: number,
): { readonly whole: string; readonly today: string } {
  const largest = days.value[days.largestPlace] ?? 0;
  const dayPx = widthPx / days.length;
  const bars = days.value.map((value, place) => {
    if (value === null) return '';
    const height = Math.max(LEAST_PX, largest === 0 ? 0 : (value / largest) * heightPx);
    const left = (place + FREE_PART / 2) * dayPx;
    const width = (1 - FREE_PART) * dayPx;
    return `M${left.toFixed(2)} ${heightPx}v${(-height).toFixed(1)}h${width.toFixed(2)}V${heightPx}z`;
  });
  return { whole: bars.slice(0, -1).join(''), today: bars.at(-1) ?? '' };
}
