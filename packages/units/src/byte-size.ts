/*
 * Sizes as text. Settings take both families of units and mean what they say: `4MiB` is 4 x 1024^2
 * bytes, `4MB` is 4 x 1000^2.
 */

export type ParsedByteSize =
  | { readonly ok: true; readonly bytes: number }
  | { readonly ok: false; readonly reason: string };

const BYTES_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1000],
  ['mb', 1000 ** 2],
  ['gb', 1000 ** 3],
  ['tb', 1000 ** 4],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
  ['tib', 1024 ** 4],
]);

const SIZE = /^(?<amount>\d{1,16}(?:\.\d{1,9})?) ?(?<unit>[a-z]*)$/i;

/** Reads `512`, `64KiB`, `1.5GB`, in any case, with or without a space. Whole bytes only. */
export function parseByteSize(text: string): ParsedByteSize {
  const { amount, unit = '' } = SIZE.exec(text.trim())?.groups ?? {};
  if (amount === undefined) return { ok: false, reason: `"${text}" is not a size such as 64MiB` };
  const bytesPerUnit = BYTES_PER_UNIT.get(unit.toLowerCase());
  if (bytesPerUnit === undefined) {
    return {
      ok: false,
      reason: `"${unit}" is not a unit: B, kB, MB, GB, TB, KiB, MiB, GiB or TiB`,
    };
  }
  const bytes = Math.round(Number(amount) * bytesPerUnit);
  if (!Number.isSafeInteger(bytes))
    return { ok: false, reason: `"${text}" is more than 2^53 bytes` };
  return { ok: true, bytes };
}

const IEC_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const SI_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** For settings and limits, which are powers of two: `64 MiB`, `1.5 GiB`, `512 B`. */
export function formatIecBytes(bytes: number | bigint): string {
  return formatScaled(Number(bytes), 1024, IEC_UNITS, ' ');
}

/**
 * As Pyroscope's messages print limits (Go's `humanize.Bytes`): powers of a thousand, one digit
 * behind the point below ten: `4.2 MB`, `268 MB`, `512 B`.
 */
export function formatHumanizeBytes(bytes: number | bigint): string {
  const size = Number(bytes);
  if (size < 10) return `${size} B`;
  const power = Math.min(SI_UNITS.length - 1, Math.floor(Math.log10(size) / 3));
  const scaled = Math.floor((size / 1000 ** power) * 10 + 0.5) / 10;
  return `${scaled < 10 ? scaled.toFixed(1) : scaled.toFixed(0)} ${SI_UNITS[power]}`;
}

function formatScaled(
  amount: number,
  base: number,
  units: readonly string[],
  space: string,
): string {
  let scaled = Math.abs(amount);
  let power = 0;
  while (scaled >= base && power < units.length - 1) {
    scaled /= base;
    power++;
  }
  const digits = scaled >= 100 || Number.isInteger(scaled) ? 0 : scaled >= 10 ? 1 : 2;
  const text = trimZeros(scaled.toFixed(digits));
  return `${amount < 0 ? '-' : ''}${text}${space}${units[power]}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
