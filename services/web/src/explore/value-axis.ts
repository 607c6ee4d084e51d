import { NANOS_PER_MILLI } from '@emberscope/units';
import type { ProfileTypeWords } from './profile-type-words.ts';

/** What a step between two ticks may be, times a power of ten. None is more than twice the one before. */
const NICE_STEPS: readonly number[] = [1, 2, 2.5, 5];

const MINUTE_NANOS = 60_000 * Number(NANOS_PER_MILLI);
/** Lengths of time from two of these on have ticks that are simple in it: `20 min`, not `16 min 40 s`. */
const LONG_UNITS_NANOS: readonly number[] = [
  24 * 60 * MINUTE_NANOS,
  60 * MINUTE_NANOS,
  MINUTE_NANOS,
];

/**
 * Two or three amounts above zero for a scale from zero to `top`, with the same step between all: a
 * single one does not say where the scale begins, and there is no room for more. Empty for a `top`
 * that is no positive number.
 */
export function valueTicks(top: number, words: ProfileTypeWords): readonly number[] {
  if (!(top > 0 && Number.isFinite(top))) return [];
  const step = niceStepWithin(top / 2, amountOfUnit(top, words));
  const ticks: number[] = [];
  for (let tick = step; tick <= top; tick = step * (ticks.length + 1)) ticks.push(tick);
  return ticks;
}

/** The largest simple step that is at most `limit`, which is more than half of it. */
function niceStepWithin(limit: number, unit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit / unit));
  const steps = [power / 10, power, power * 10].flatMap((each) =>
    NICE_STEPS.map((step) => step * each * unit),
  );
  return steps.findLast((step) => step <= limit) ?? limit;
}

/** The amount that steps are simple in: one, or for long times a minute, an hour or a day. */
function amountOfUnit(top: number, { isCpu, unit }: ProfileTypeWords): number {
  if (isCpu || unit.kind !== 'time') return 1;
  const nanos = LONG_UNITS_NANOS.find((each) => top * unit.nanosPerUnit >= 2 * each);
  return nanos === undefined ? 1 : nanos / unit.nanosPerUnit;
}

/** An axis is no narrower, so that most profile types have their bars in the same place. */
const AXIS_MIN_PX = 68;
/** Between the labels and the left edge. */
const AXIS_MARGIN_PX = 6;

/** How wide an axis must be for its labels, in CSS pixels; `gapPx` lies between them and the bars. */
export function valueAxisPx(
  labels: readonly string[],
  gapPx: number,
  measurePx: (label: string) => number,
): number {
  const widest = Math.max(0, ...labels.map(measurePx));
  return Math.max(AXIS_MIN_PX, Math.ceil(widest) + gapPx + AXIS_MARGIN_PX);
}
