/*
 * Values of profiles for people: "1.13 s", "48 MB", "12,400", "0.019 cores", "12.4 %". Never bare
 * nanoseconds. Three digits that count; the same text in every locale.
 */

/** What a value is, once the many spellings of agents are understood. */
export type SampleUnit =
  | { readonly kind: 'time'; readonly nanosPerUnit: number }
  | { readonly kind: 'bytes' }
  /** Samples, objects, blocks: something counted. */
  | { readonly kind: 'count' }
  | { readonly kind: 'other'; readonly name: string };

const UNITS: ReadonlyMap<string, SampleUnit> = new Map<string, SampleUnit>([
  ['nanoseconds', { kind: 'time', nanosPerUnit: 1 }],
  ['ns', { kind: 'time', nanosPerUnit: 1 }],
  ['microseconds', { kind: 'time', nanosPerUnit: 1e3 }],
  ['us', { kind: 'time', nanosPerUnit: 1e3 }],
  ['milliseconds', { kind: 'time', nanosPerUnit: 1e6 }],
  ['ms', { kind: 'time', nanosPerUnit: 1e6 }],
  ['seconds', { kind: 'time', nanosPerUnit: 1e9 }],
  ['s', { kind: 'time', nanosPerUnit: 1e9 }],
  ['bytes', { kind: 'bytes' }],
  ['byte', { kind: 'bytes' }],
  ['count', { kind: 'count' }],
  ['samples', { kind: 'count' }],
  ['objects', { kind: 'count' }],
  ['', { kind: 'count' }],
]);

/** The unit of a sample type; any name that is not known is a unit of its own. */
export function sampleUnit(name: string): SampleUnit {
  return UNITS.get(name.toLowerCase()) ?? { kind: 'other', name };
}

/** A value in its unit: `1.13 s`, `48 MB`, `12,400`. */
export function formatValue(value: number | bigint, unit: SampleUnit): string {
  const amount = Number(value);
  switch (unit.kind) {
    case 'time':
      return formatNanos(amount * unit.nanosPerUnit);
    case 'bytes':
      return formatBytes(amount);
    case 'count':
      return formatCount(amount);
    case 'other':
      return `${formatCount(amount)} ${unit.name}`;
    default:
      return unit satisfies never;
  }
}

/**
 * What a value is per second of wall time. Time per time is how many cores (or threads) were busy:
 * `0.019 cores`; the rest is `1.2 MB/s`, `35/s`.
 */
export function formatRate(value: number | bigint, unit: SampleUnit, seconds: number): string {
  if (!(seconds > 0)) return '';
  const perSecond = Number(value) / seconds;
  switch (unit.kind) {
    case 'time':
      return `${threeDigits((perSecond * unit.nanosPerUnit) / 1e9)} cores`;
    case 'bytes':
      return `${formatBytes(perSecond)}/s`;
    case 'count':
      return `${formatCount(perSecond)}/s`;
    case 'other':
      return `${formatCount(perSecond)} ${unit.name}/s`;
    default:
      return unit satisfies never;
  }
}

/** A length of time: `640 ns`, `1.13 s`, `2 min`, `3 h 20 min`, `6 d 4 h`. */
export function formatNanos(nanos: number | bigint): string {
  const amount = Number(nanos);
  const size = Math.abs(amount);
  if (size === 0) return '0 s';
  const sign = amount < 0 ? '-' : '';
  if (size < 999.5) return `${sign}${threeDigits(size)} ns`;
  if (size < 999.5e3) return `${sign}${threeDigits(size / 1e3)} µs`;
  if (size < 999.5e6) return `${sign}${threeDigits(size / 1e6)} ms`;
  if (size < 59.95e9) return `${sign}${threeDigits(size / 1e9)} s`;
  const minutes = Math.round(size / 60e9);
  if (size < 600e9) {
    const seconds = Math.round(size / 1e9);
    return sign + twoParts(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  }
  if (minutes < 60) return `${sign}${minutes} min`;
  if (minutes < 24 * 60) return sign + twoParts(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(size / 3600e9);
  return sign + twoParts(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Bytes as people compare them, in powers of a thousand: `48 MB`, `1.2 GB`. */
export function formatBytes(bytes: number | bigint): string {
  const amount = Number(bytes);
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let scaled = Math.abs(amount);
  let power = 0;
  while (scaled >= 999.5 && power < units.length - 1) {
    scaled /= 1000;
    power++;
  }
  return `${amount < 0 ? '-' : ''}${threeDigits(scaled)} ${units[power]}`;
}

/** Whole numbers with commas, large ones with a letter: `12,400`, `3.1 M`; fractions to three. */
export function formatCount(count: number | bigint): string {
  const amount = Number(count);
  const size = Math.abs(amount);
  const sign = amount < 0 ? '-' : '';
  if (size >= 999.5e9) return `${sign}${threeDigits(size / 1e12)} T`;
  if (size >= 999.5e6) return `${sign}${threeDigits(size / 1e9)} G`;
  if (size >= 999_500) return `${sign}${threeDigits(size / 1e6)} M`;
  if (size >= 1000)
    return (
      sign +
      Math.round(size)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, ',')
    );
  return sign + threeDigits(size);
}

/** A part of a whole: `12.4 %`, `100 %`, `< 0.1 %` for what is there but tiny. */
export function formatShare(part: number | bigint, whole: number | bigint): string {
  if (Number(whole) === 0) return '0 %';
  const percent = (Number(part) / Number(whole)) * 100;
  if (percent === 0) return '0 %';
  if (Math.abs(percent) < 0.1) return percent < 0 ? '> -0.1 %' : '< 0.1 %';
  const text = percent.toFixed(Math.abs(percent) >= 99.95 ? 0 : 1);
  return `${text.replace(/\.0$/, '')} %`;
}

/** How long ago something was: `just now`, `4 s ago`, `3 h ago`, `2 d ago`. One part is enough. */
export function formatAge(ageMillis: number): string {
  const seconds = Math.floor(ageMillis / 1000);
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

function twoParts(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first} ${firstUnit}` : `${first} ${firstUnit} ${second} ${secondUnit}`;
}

/** Three digits that count, without zeros at the end: 1.13, 48, 0.019, 640. */
function threeDigits(size: number): string {
  if (size === 0) return '0';
  if (size >= 100) return Math.round(size).toString();
  if (size < 0.000_001) return size.toExponential(0);
  const digits = Math.min(20, Math.max(0, 2 - Math.floor(Math.log10(size))));
  const text = size.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
