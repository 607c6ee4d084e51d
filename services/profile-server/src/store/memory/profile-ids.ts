import type { ProfileId } from '../ids.ts';
import { profileId } from '../ids.ts';
import { growableUint32 } from './growable-column.ts';
import { isWanted, type WantedIds, wordsOfHex } from './wanted-ids.ts';

/** 16 random bytes as four words: an id takes no more in a column, and no string on the heap. */
export type IdWords = readonly [number, number, number, number];

/** The ids of profiles, a row each. */
export type ProfileIdRows = {
  push(id: IdWords): void;
  at(row: number): ProfileId;
  isWantedAt(row: number, wanted: WantedIds): boolean;
  trim(): void;
  readonly bytes: () => number;
};

export function createProfileIdRows(): ProfileIdRows {
  const words = growableUint32();
  return {
    push(id) {
      for (const word of id) words.push(word);
    },
    at: (row) =>
      textOfId([
        words.at(4 * row),
        words.at(4 * row + 1),
        words.at(4 * row + 2),
        words.at(4 * row + 3),
      ]),
    isWantedAt: (row, wanted) => isWanted(wanted, words, 4 * row, 4),
    trim: words.trim,
    bytes: words.bytes,
  };
}

/** A random UUID (RFC 9562, version 4) from the platform's source of randomness. */
export function randomId(): IdWords {
  const [a = 0, b = 0, c = 0, d = 0] = crypto.getRandomValues(new Uint32Array(4));
  return [a, ((b & 0xffff0fff) | 0x4000) >>> 0, ((c & 0x3fffffff) | 0x80000000) >>> 0, d];
}

export function textOfId(id: IdWords): ProfileId {
  const hex = id.map((word) => word.toString(16).padStart(8, '0')).join('');
  const parts = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ] as const;
  return profileId(parts.map(([start, end]) => hex.slice(start, end)).join('-'));
}

/** The words of an id; undefined for a text that this store cannot have made. */
export function idFromText(text: string): IdWords | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = wordsOfHex(text.replaceAll('-', ''));
  return [a, b, c, d];
}
