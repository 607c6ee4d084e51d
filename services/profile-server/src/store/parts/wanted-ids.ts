import type { GrowableColumn } from '../dictionary/growable-column.ts';

/**
 * Ids that a query asks for, as words of 32 bits and by their last word: rows are compared as
 * integers, without a text for each, and with one look-up however many ids are asked for.
 */
export type WantedIds = ReadonlyMap<number, readonly (readonly number[])[]>;

export function wantedIds(ids: Iterable<readonly number[]>): WantedIds {
  const byLastWord = new Map<number, (readonly number[])[]>();
  for (const id of ids) {
    const last = id.at(-1) ?? 0;
    const others = byLastWord.get(last);
    if (others === undefined) byLastWord.set(last, [id]);
    else others.push(id);
  }
  return byLastWord;
}

/** Whether the `count` words of a column from `start` on are one of the ids. */
export function isWanted(
  wanted: WantedIds,
  words: Pick<GrowableColumn<Uint32Array>, 'at'>,
  start: number,
  count: number,
): boolean {
  const candidates = wanted.get(words.at(start + count - 1));
  if (candidates === undefined) return false;
  return candidates.some((id) => id.every((word, i) => words.at(start + i) === word));
}

/** Hex digits, eight a word. */
export function wordsOfHex(hex: string): number[] {
  return Array.from({ length: hex.length / 8 }, (_, i) =>
    Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16),
  );
}
