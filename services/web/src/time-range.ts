import { formatNanos, MILLIS_PER_MINUTE, NANOS_PER_MILLI } from '@emberscope/units';

/** Both ends included, in milliseconds since the epoch; `startMillis` is not after `endMillis`. */
export type MillisSpan = { readonly startMillis: number; readonly endMillis: number };

/** The range as the reader chose it: one that moves with the clock, or one that stays. */
export type RangeChoice =
  | { readonly kind: 'last'; readonly minutes: number }
  | ({ readonly kind: 'fixed' } & MillisSpan);

/** What the menu of ranges offers, in minutes. */
export const RANGE_MINUTES: readonly number[] = [5, 15, 60, 180, 720, 1440, 2880, 10_080];

export const DEFAULT_RANGE: RangeChoice = { kind: 'last', minutes: 15 };

/** Nobody reads a profile of less than a second: zooming the range in stops there. */
export const SPAN_MIN_MILLIS = 1000;

/** The longest range that can be asked for: a leap year, past every retention by default. */
export const SPAN_MAX_MILLIS = 366 * 1440 * MILLIS_PER_MINUTE;

/** The choice as points in time. A moving range includes `nowMillis`. */
export function spanOfRange(choice: RangeChoice, nowMillis: number): MillisSpan {
  switch (choice.kind) {
    case 'last':
      return {
        startMillis: nowMillis - choice.minutes * MILLIS_PER_MINUTE + 1,
        endMillis: nowMillis,
      };
    case 'fixed':
      return { startMillis: choice.startMillis, endMillis: choice.endMillis };
    default:
      return choice satisfies never;
  }
}

/** How long a span is, both ends included. */
export function spanMillis(span: MillisSpan): number {
  return span.endMillis - span.startMillis + 1;
}

/** The span moved by a part of its own length: -0.5 is half a length earlier. Not past now. */
export function moveSpan(span: MillisSpan, lengths: number, nowMillis: number): MillisSpan {
  const wanted = Math.round(spanMillis(span) * lengths);
  const offset = Math.min(wanted, Math.max(0, nowMillis - span.endMillis));
  return { startMillis: span.startMillis + offset, endMillis: span.endMillis + offset };
}

/** The span made `factor` times as long around its middle, within the limits and not past now. */
export function stretchSpan(span: MillisSpan, factor: number, nowMillis: number): MillisSpan {
  const wanted = Math.round(spanMillis(span) * factor);
  const length = Math.min(SPAN_MAX_MILLIS, Math.max(SPAN_MIN_MILLIS, wanted));
  const middle = span.startMillis + spanMillis(span) / 2;
  const endMillis = Math.min(
    Math.round(middle + length / 2) - 1,
    Math.max(nowMillis, span.endMillis),
  );
  return { startMillis: endMillis - length + 1, endMillis };
}

/** `15 min`, `3 h`, `7 d`: a length as the menu of ranges says it. */
export function formatMinutes(minutes: number): string {
  return formatNanos(minutes * MILLIS_PER_MINUTE * Number(NANOS_PER_MILLI));
}

/** `last 15 min`, or the two ends: `24 Nov 14:05:00 to 14:20:00`. */
export function formatRange(choice: RangeChoice, timeZone?: string): string {
  return choice.kind === 'last'
    ? `last ${formatMinutes(choice.minutes)}`
    : formatSpan(choice, timeZone);
}

/** `24 Nov 14:05:00 to 14:20:00`; the day once when both ends share it. In the reader's zone. */
export function formatSpan(span: MillisSpan, timeZone?: string): string {
  const startDay = formatDay(span.startMillis, timeZone);
  // The last millisecond of a minute reads as the minute's end.
  const end = span.endMillis + 1;
  const endDay = formatDay(end, timeZone);
  const endText = `${endDay === startDay ? '' : `${endDay} `}${formatClock(end, timeZone)}`;
  return `${startDay} ${formatClock(span.startMillis, timeZone)} to ${endText}`;
}

/** `24 Nov`, in the reader's zone. */
export function formatDay(millis: number, timeZone?: string): string {
  return formatter({ day: 'numeric', month: 'short' }, timeZone).format(millis);
}

/** `14:05:09`, in the reader's zone. */
export function formatClock(millis: number, timeZone?: string): string {
  const parts = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return formatter(parts, timeZone).format(millis);
}

/** Making a formatter takes longer than a hundred uses of it, and a hover uses one per move. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(parts: Intl.DateTimeFormatOptions, timeZone?: string): Intl.DateTimeFormat {
  const key = `${timeZone ?? ''} ${Object.keys(parts).join()}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  // British English: day before month, 24 hours, whatever the browser speaks, as the page does.
  const zone = timeZone === undefined ? {} : { timeZone };
  const made = new Intl.DateTimeFormat('en-GB', { ...parts, ...zone });
  formatters.set(key, made);
  return made;
}
