import { MILLIS_PER_MINUTE } from '@emberscope/units';
import type { MillisSpan } from '../time-range.ts';

/** A past of 90 days is asked for again after this long at the earliest. */
const HELD_MILLIS = 5 * MILLIS_PER_MINUTE;

/**
 * The span that a function's past is asked for while the page shows `span`. Its server looks through
 * 90 days for that, so a span that moves with the clock moves in steps here; one that somebody chose
 * is taken as it is.
 */
export function pastSpan(span: MillisSpan, isMoving: boolean): MillisSpan {
  if (!isMoving) return span;
  const offset = span.endMillis % HELD_MILLIS;
  return { startMillis: span.startMillis - offset, endMillis: span.endMillis - offset };
}
