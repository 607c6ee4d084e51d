import type { EpochDictionary } from './epoch-dictionaries.ts';
import type { HeadTable } from './head-index.ts';
import type { SegmentTable } from './segment-index.ts';

/** Dictionaries of the newest day that has any, those of the newest profiles first. */
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
  return new Set(
    ofDay.sort((a, b) => b.newestMillis - a.newestMillis).map(({ dictionary }) => dictionary),
  );
}
