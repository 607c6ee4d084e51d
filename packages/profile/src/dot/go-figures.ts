/*
 * Figures as Go's pprof prints them. Go rounds what lies exactly in the middle to the even digit, and
 * JavaScript rounds it up: 1 of 32 is 3.12% there and 3.13% here.
 */

/** `%.2f`, without decimals that are all zero. */
function twoDecimals(value: number): string {
  const isMiddle = Math.abs(value * 8) % 2 === 1;
  const text = isMiddle ? evenHundredths(value) : value.toFixed(2);
  return text.endsWith('.00') ? text.slice(0, -3) : text;
}

/** Of a value whose third decimal is a 5 with nothing behind it. */
function evenHundredths(value: number): string {
  const below = Math.floor(Math.abs(value) * 100);
  const even = below % 2 === 0 ? below : below + 1;
  return `${value < 0 ? '-' : ''}${(even / 100).toFixed(2)}`;
}

/** A number whose exact digits are these and no others has nothing behind the third. */
const TWO_DIGITS_AND_A_HALF = /^(0\.0*)(\d)(\d)50*$/;
const EXACT_DIGITS = 60;

/** `%.2g` of a number from 0 up to 1. */
function twoDigits(value: number): string {
  if (value === 0) return '0';
  const middle = TWO_DIGITS_AND_A_HALF.exec(value.toPrecision(EXACT_DIGITS));
  let rounded = Number(value.toPrecision(2));
  if (middle !== null && Number(middle[3]) % 2 === 0) {
    rounded = Number(`${middle[1]}${middle[2]}${middle[3]}`);
  }
  if (rounded >= 1e-4) return String(rounded);
  const [digits, exponent] = rounded.toExponential().split('e-');
  return `${digits}e-${exponent.padStart(2, '0')}`;
}

/** A share as a percentage: `100%`, `12.50%`, `0.25%`. */
export function percentage(value: number, total: number): string {
  const percent = total === 0 ? 0 : Math.abs(value / total) * 100;
  if (percent >= 99.95 && percent <= 100.05) return '100%';
  if (percent < 1) return `${twoDigits(percent)}%`;
  const text = twoDecimals(percent);
  return `${text.includes('.') ? text : `${text}.00`}%`;
}

/** How values in a unit become the unit that is shown: multiplied, then divided, so that both are exact. */
type ShownUnit = { readonly name: string; readonly times: number; readonly per: number };

function bytes(power: number): ShownUnit {
  return { name: 'B', times: 2 ** power, per: 1 };
}

function seconds(times: number, per: number): ShownUnit {
  return { name: 's', times, per };
}

/** By their names in lower case and without the `s` of a plural. */
const SHOWN_UNITS: ReadonlyMap<string, ShownUnit> = new Map([
  ...['b', 'byte'].map((unit) => [unit, bytes(0)] as const),
  ...['kb', 'kbyte', 'kilobyte'].map((unit) => [unit, bytes(10)] as const),
  ...['mb', 'mbyte', 'megabyte'].map((unit) => [unit, bytes(20)] as const),
  ...['gb', 'gbyte', 'gigabyte'].map((unit) => [unit, bytes(30)] as const),
  ...['tb', 'tbyte', 'terabyte'].map((unit) => [unit, bytes(40)] as const),
  ...['pb', 'pbyte', 'petabyte'].map((unit) => [unit, bytes(50)] as const),
  ...['ns', 'nanosecond'].map((unit) => [unit, seconds(1, 1e9)] as const),
  ...['us', 'μs', 'microsecond'].map((unit) => [unit, seconds(1, 1e6)] as const),
  ...['ms', 'millisecond'].map((unit) => [unit, seconds(1, 1e3)] as const),
  ...['s', 'sec', 'second'].map((unit) => [unit, seconds(1, 1)] as const),
  ...['hr', 'hour'].map((unit) => [unit, seconds(3600, 1)] as const),
]);

/**
 * A value in the unit that graphs show: seconds of any time, bytes of any size, and numbers without
 * a unit of anything else. So a CPU profile of some milliseconds is all zeros, as in Pyroscope.
 */
export function shownValue(value: number, unit: string): string {
  const lower = unit.toLowerCase();
  const singular = lower.length > 2 && lower.endsWith('s') ? lower.slice(0, -1) : lower;
  const shown = SHOWN_UNITS.get(singular);
  const scaled = shown === undefined ? value : (value * shown.times) / shown.per;
  const text = twoDecimals(scaled);
  return text === '0' || text === '-0' ? '0' : `${text}${shown?.name ?? ''}`;
}
