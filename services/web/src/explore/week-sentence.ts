import { formatCount, formatShare, formatValue, MILLIS_PER_HOUR } from '@emberscope/units';
import type { FunctionPast, PeriodCost } from '../api/function-answer.ts';
import type { Timeline } from '../api/timeline-answer.ts';
import { type MillisSpan, spanMillis } from '../time-range.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';

/** What is older than profiles are kept is known by whole hours: two hours hold one for sure. */
const SHORT_MILLIS = 2 * MILLIS_PER_HOUR;

/** Shares below this are said as "< 0.1 %", and how many times such are is chance. */
const SMALL_SHARE = 0.001;

/** How far from 1 a ratio is still "about the same". */
const SAME_RATIO = 0.05;

/**
 * How a function does beside a week earlier: `A week earlier: 1.2 % of all, now 3.4 % (2.8 times as
 * much).` What is spent is compared by its share, since there may be more or less to do; what is held
 * by its size, with shares beside it. Empty when nothing older is known at all.
 */
export function weekSentence(now: PeriodCost, past: FunctionPast, words: ProfileTypeWords): string {
  const { weekBefore: before, trend } = past;
  if (before === undefined) return '';
  if (!isRecorded(before)) {
    if (!isAnyRecorded(trend)) return '';
    return isShort(before.coverage.span) && isRecordedWithin(trend, before.coverage.span)
      ? 'A week earlier there is nothing recorded of so short a range; 3 h or more can be compared.'
      : 'A week earlier there is nothing recorded.';
  }
  if (before.total === 0) {
    const nothing = `A week earlier it ${words.isHeld ? 'held' : 'cost'} nothing`;
    return now.total === 0
      ? `${nothing} either.`
      : `${nothing}, now ${costText(now, words, true)}.`;
  }
  const then = `A week earlier: ${costText(before, words, true)}`;
  if (!isRecorded(now)) return `${then}; now there is nothing recorded.`;
  const join = words.isHeld ? ';' : ',';
  if (now.total === 0) return `${then}${join} now nothing.`;
  return `${then}${join} now ${costText(now, words, false)}${ratioText(before, now, words)}.`;
}

/** `1.2 % of all`, `4.8 MB, 1.2 % of all`. */
function costText({ total, coverage }: PeriodCost, words: ProfileTypeWords, isOfAll: boolean) {
  const share = `${formatShare(total, coverage.total)}${isOfAll ? ' of all' : ''}`;
  return words.isHeld ? `${formatValue(total, words.unit)}, ${share}` : share;
}

/** ` (2.8 times as much)`; nothing where it would be chance. */
function ratioText(before: PeriodCost, now: PeriodCost, { isHeld }: ProfileTypeWords): string {
  if (shareOf(before) < SMALL_SHARE && shareOf(now) < SMALL_SHARE) return '';
  const ratio = isHeld ? now.total / before.total : shareOf(now) / shareOf(before);
  if (Math.abs(ratio - 1) < SAME_RATIO) return ' (about the same)';
  return ` (${formatCount(Number(ratio.toPrecision(2)))} times as much)`;
}

function shareOf({ total, coverage }: PeriodCost): number {
  return coverage.total === 0 ? 0 : total / coverage.total;
}

function isRecorded({ total, coverage }: PeriodCost): boolean {
  return total !== 0 || coverage.total !== 0 || coverage.profileCount > 0;
}

/** Whether more is known of the function than today. */
function isAnyRecorded(trend: Timeline): boolean {
  return trend.bucket.length > 1;
}

function isShort(span: MillisSpan): boolean {
  return spanMillis(span) < SHORT_MILLIS;
}

/** Whether a day that the span touches was recorded. */
function isRecordedWithin(trend: Timeline, span: MillisSpan): boolean {
  const { firstEdgeMillis, stepMillis } = trend;
  const placeOf = (millis: number): number => Math.ceil((millis - firstEdgeMillis) / stepMillis);
  const [first, last] = [placeOf(span.startMillis), placeOf(span.endMillis)];
  return trend.bucket.some((place) => place >= first && place <= last);
}
