import type { EpochDictionary } from './epoch-dictionaries.ts';
import type { HeadTable } from './head-index.ts';
import type { SegmentTable } from './segment-index.ts';

/**
 * Of ten thousand services nobody knows which will be asked about, and reading the dictionary of one
 * takes a millisecond when it is.
 */
export const NEWEST_MAX = 256;

/**
 * Dictionaries of the newest day that has any, those of the newest profiles first: so many at most.
 */
export function newestDictionaries(
  stored: readonly Pick<SegmentTable, 'dictionary' | 'newestMillis'>[],
  head: readonly HeadTable[],
): ReadonlySet<EpochDictionary> {
  const all = [
    ...stored,
    ...head.map(({ dictionary, rows }) => ({ dictionary, newestMillis: rows.newestMillis() })),
  ];
  const day = all.reduce((newest, { dictionary }) => Math.max(newest, dictionary.name.day), -1);
  const ofDay = all.filter(({ dictionary }) => dictionary.name.day === day);
  ofDay.sort((a, b) => b.newestMillis - a.newestMillis);
  const newest = new Set<EpochDictionary>();
  for (const { dictionary } of ofDay) {
    if (newest.size === NEWEST_MAX) break;
    newest.add(dictionary);
  }
  return newest;
}
