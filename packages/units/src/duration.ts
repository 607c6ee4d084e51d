import type { Nanos } from './time.ts';

/*
 * Lengths of time as text: what people write into settings (`15s`, `1h30m`, `7d`), and how Go and
 * Prometheus print them, since messages of Pyroscope's APIs hold both forms.
 */

export type ParsedDuration =
  | { readonly ok: true; readonly nanos: Nanos }
  /** `offset` is where in the text the trouble is. */
  | { readonly ok: false; readonly offset: number; readonly reason: string };

const NANOS_PER_UNIT: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['w', 604_800_000_000_000n],
  ['y', 31_536_000_000_000_000n],
]);

const UNIT_NAMES = 'ns, us, ms, s, m, h, d, w or y';
const MAX_NANOS = 2n ** 63n - 1n;
const PART = /(?<whole>\d{1,20})(?:\.(?<fraction>\d{1,18}))?(?<unit>[a-zµμ]*)/y;

/**
 * Reads `1h30m`, `1.5h`, `500ms`, `7d`, `2w`, `1y` (365 days), a sign before it, and `0` without a
 * unit. A number without a unit is otherwise refused: nobody can tell what it was meant to be.
 */
export function parseDuration(text: string): ParsedDuration {
  const no = (offset: number, reason: string): ParsedDuration => ({ ok: false, offset, reason });
  const sign = text.startsWith('-') ? -1n : 1n;
  let offset = /^[+-]/.test(text) ? 1 : 0;
  if (text.slice(offset) === '0') return { ok: true, nanos: 0n };
  if (offset === text.length) return no(offset, `"${text}" is not a duration such as 15s or 1h30m`);

  let nanos = 0n;
  while (offset < text.length) {
    PART.lastIndex = offset;
    const groups = PART.exec(text)?.groups;
    if (groups === undefined) return no(offset, `expected a number, found "${text.slice(offset)}"`);
    const { whole = '', fraction = '', unit = '' } = groups;
    const nanosPerUnit = NANOS_PER_UNIT.get(unit);
    const unitOffset = PART.lastIndex - unit.length;
    if (unit === '') return no(unitOffset, `"${text}" lacks a unit: ${UNIT_NAMES}`);
    if (nanosPerUnit === undefined) return no(unitOffset, `"${unit}" is not a unit: ${UNIT_NAMES}`);
    nanos += BigInt(whole) * nanosPerUnit;
    nanos += (BigInt(fraction || '0') * nanosPerUnit) / 10n ** BigInt(fraction.length);
    if (nanos > MAX_NANOS) return no(offset, `"${text}" is longer than 292 years`);
    offset = PART.lastIndex;
  }
  return { ok: true, nanos: sign * nanos };
}

/** As Go prints a `time.Duration`: `25h0m0s`, `1m30s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(nanos: Nanos): string {
  if (nanos === 0n) return '0s';
  if (nanos < 0n) return `-${formatGoDuration(-nanos)}`;
  if (nanos < 1000n) return `${nanos}ns`;
  if (nanos < 1_000_000n) return `${decimal(nanos, 1000n)}µs`;
  if (nanos < 1_000_000_000n) return `${decimal(nanos, 1_000_000n)}ms`;
  const minutes = nanos / 60_000_000_000n;
  const seconds = `${decimal(nanos % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return seconds;
  if (minutes < 60n) return `${minutes}m${seconds}`;
  return `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/**
 * As Prometheus prints a `model.Duration`: the largest units that fit, days only when they are
 * whole (`1d`, `36h`, `1h30m`, `0s`). What is below a millisecond is cut off.
 */
export function formatPrometheusDuration(nanos: Nanos): string {
  let millis = nanos / 1_000_000n;
  if (millis === 0n) return '0s';
  if (millis < 0n) return `-${formatPrometheusDuration(-nanos)}`;
  const units: readonly [unit: string, millisPerUnit: bigint, onlyWhole: boolean][] = [
    ['y', 31_536_000_000n, true],
    ['w', 604_800_000n, true],
    ['d', 86_400_000n, true],
    ['h', 3_600_000n, false],
    ['m', 60_000n, false],
    ['s', 1000n, false],
    ['ms', 1n, false],
  ];
  let text = '';
  for (const [unit, millisPerUnit, onlyWhole] of units) {
    if (onlyWhole && millis % millisPerUnit !== 0n) continue;
    const count = millis / millisPerUnit;
    if (count > 0n) text += `${count}${unit}`;
    millis -= count * millisPerUnit;
  }
  return text;
}

/** `nanos / unit` as a decimal without trailing zeros. */
function decimal(nanos: bigint, unit: bigint): string {
  const fraction = (nanos % unit).toString().padStart(unit.toString().length - 1, '0');
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? `${nanos / unit}` : `${nanos / unit}.${digits}`;
}
