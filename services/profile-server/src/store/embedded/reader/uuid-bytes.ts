import type { ProfileId } from '../../ids.ts';
import { textOfId } from '../../parts/profile-ids.ts';
import { isWanted, type WantedIds } from '../../parts/wanted-ids.ts';

/** The 16 bytes of an id that stand at a place. */
export function profileIdAt(bytes: Uint8Array, at: number): ProfileId {
  return textOfId([
    wordAt(bytes, at),
    wordAt(bytes, at + 4),
    wordAt(bytes, at + 8),
    wordAt(bytes, at + 12),
  ]);
}

export function isIdWantedAt(bytes: Uint8Array, at: number, wanted: WantedIds): boolean {
  // The last word alone rules nearly every id out.
  if (!wanted.has(wordAt(bytes, at + 12))) return false;
  return isWanted(wanted, { at: (word) => wordAt(bytes, at + 4 * word) }, 0, 4);
}

function wordAt(bytes: Uint8Array, at: number): number {
  const a = bytes[at] ?? 0;
  const b = bytes[at + 1] ?? 0;
  const c = bytes[at + 2] ?? 0;
  const d = bytes[at + 3] ?? 0;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
