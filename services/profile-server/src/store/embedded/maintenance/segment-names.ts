import { MILLIS_PER_DAY } from '@emberscope/units';

/** `2026-11-22/000017.seg`, below the data directory. */
export function segmentFileName(day: number, file: number): string {
  return `${dayName(day)}/${sixDigits(file)}.seg`;
}

/** `rollup/2026-11-22-000018.seg`: a new one has another name, since the old may be open. */
export function rollupFileName(day: number, file: number): string {
  return `rollup/${dayName(day)}-${sixDigits(file)}.seg`;
}

/** A UTC day, given as days since 1970-01-01, as `2026-11-22`. */
export function dayName(day: number): string {
  return new Date(day * MILLIS_PER_DAY).toISOString().slice(0, 10);
}

function sixDigits(file: number): string {
  return file.toString().padStart(6, '0');
}
