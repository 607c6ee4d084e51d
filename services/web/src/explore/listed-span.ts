import { MILLIS_PER_MINUTE } from '@emberscope/units';
import type { MillisSpan } from '../time-range.ts';

/**
 * The span that the list of services is asked for while the page shows `span`. Names and types change
 * rarely: what was asked stays until another minute is shown. While there is nothing to show, every
 * refresh asks, since somebody waits for a first profile.
 */
export function listedSpan(
  asked: MillisSpan,
  span: MillisSpan,
  isNothingThere: boolean,
): MillisSpan {
  const isSame =
    minuteOf(asked.startMillis) === minuteOf(span.startMillis) &&
    minuteOf(asked.endMillis) === minuteOf(span.endMillis);
  return isSame && !isNothingThere ? asked : span;
}

function minuteOf(millis: number): number {
  return Math.floor(millis / MILLIS_PER_MINUTE);
}
