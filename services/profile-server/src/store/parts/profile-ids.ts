import { growableUint32 } from '../dictionary/growable-column.ts';
import type { ProfileId } from '../ids.ts';
import { profileId } from '../ids.ts';
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

/** Asking the platform costs 5 µs however few words it is asked for. */
const IDS_AT_ONCE = 256;
const randomWords = new Uint32Array(4 * IDS_AT_ONCE);
let wordsUsed = randomWords.length;

/** A random UUID (RFC 9562, version 4) from the platform's source of randomness. */
export function randomId(): IdWords {
  if (wordsUsed === randomWords.length) {
    crypto.getRandomValues(randomWords);
    wordsUsed = 0;
  }
  const [a = 0, b = 0, c = 0, d = 0] = randomWords.subarray(wordsUsed, wordsUsed + 4);
  wordsUsed += 4;
  return [a, ((b & 0xffff0fff) | 0x4000) >>> 0, ((c & 0x3fffffff) | 0x80000000) >>> 0, d];
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function textOfId([a, b, c, d]: IdWords): ProfileId {
  const first = shortHex(a >>> 16) + shortHex(a & 0xffff);
  const last = shortHex(c & 0xffff) + shortHex(d >>> 16) + shortHex(d & 0xffff);
  return profileId(
    `${first}-${shortHex(b >>> 16)}-${shortHex(b & 0xffff)}-${shortHex(c >>> 16)}-${last}`,
  );
}

/** The words of an id; undefined for a text that this store cannot have made. */
export function idFromText(text: string): IdWords | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = wordsOfHex(text.replaceAll('-', ''));
  return [a, b, c, d];
}

/** Four hex digits. */
function shortHex(short: number): string {
  return `${HEX_OF_BYTE[short >>> 8]}${HEX_OF_BYTE[short & 0xff]}`;
}
