import { type UnixNanos, unixNanos } from '@emberscope/units';

/**
 * Reads a `from` or `until` parameter. Digits are seconds, or milli-, micro- or nanoseconds by
 * their number (13, 16, 19), or a date (`20261124`); anything else is now, with `-1h30m` or `+5m`
 * behind a word moving it. What makes no sense is now. (Agents and scripts have grown used to all
 * of this; the rules are Pyroscope's.)
 */
export function parseIngestTime(text: string, now: UnixNanos): UnixNanos {
  const compact = text.replaceAll(/[ _,]/g, '');
  if (/^\d+$/.test(compact)) return fromDigits(compact) ?? now;
  const sign = compact.search(/[+-]/);
  if (sign === -1) return now;
  const moved = offsetNanos(compact.slice(sign + 1));
  return inRange(compact[sign] === '-' ? now - moved : now + moved) ?? now;
}

const NANOS_PER_SECOND = 1_000_000_000n;

function fromDigits(digits: string): UnixNanos | undefined {
  if (digits.length === 8) {
    const date = dateNanos(digits);
    if (date !== undefined) return date;
  }
  const value = BigInt(digits);
  switch (digits.length) {
    case 13:
      return inRange(value * 1_000_000n);
    case 16:
      return inRange(value * 1000n);
    case 19:
      return inRange(value);
    default:
      return inRange(value * NANOS_PER_SECOND);
  }
}

/** The start of a day in UTC, when the eight digits are one. */
function dateNanos(digits: string): UnixNanos | undefined {
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const millis = Date.parse(`${iso}T00:00:00Z`);
  // Date.parse takes 31 February for 3 March; a date is one only when it comes back as it went in.
  const isDate = !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(iso);
  return isDate ? inRange(BigInt(millis) * 1_000_000n) : undefined;
}

/** Units by how they begin; `M` and `mon` are months, `m` and `min` minutes. */
const SECONDS_PER_UNIT: readonly (readonly [prefix: string, seconds: bigint])[] = [
  ['s', 1n],
  ['mon', 2_592_000n],
  ['M', 2_592_000n],
  ['m', 60n],
  ['h', 3600n],
  ['d', 86_400n],
  ['w', 604_800n],
  ['y', 31_536_000n],
];

/** `1h30min` and the like added up; a unit that is none counts nothing. */
function offsetNanos(text: string): bigint {
  let seconds = 0n;
  for (const [, count = '', unit = ''] of text.matchAll(/(\d{1,18})([a-zA-Z]*)/g)) {
    const known = SECONDS_PER_UNIT.find(([prefix]) => unit.startsWith(prefix));
    seconds += BigInt(count) * (known?.[1] ?? 0n);
  }
  return seconds * NANOS_PER_SECOND;
}

function inRange(nanos: bigint): UnixNanos | undefined {
  return BigInt.asIntN(64, nanos) === nanos ? unixNanos(nanos) : undefined;
}
