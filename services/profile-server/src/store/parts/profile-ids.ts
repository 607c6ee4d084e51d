import type { ProfileId } from '../ids.ts';
import { profileId } from '../ids.ts';
import { wordsOfHex } from './wanted-ids.ts';

/** 16 random bytes as four words, as columns of ids hold them. */
export type IdWords = readonly [number, number, number, number];

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
