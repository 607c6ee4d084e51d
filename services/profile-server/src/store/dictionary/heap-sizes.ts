import type { LabelSet } from '@emberscope/labels';

/*
 * What things cost on a 64-bit V8 without pointer compression (as Node is built), in bytes. Typed
 * arrays report themselves; for the rest these are measured averages, and a test holds the sum of
 * them against what the process says it uses.
 */

/** A typed array with its buffer, without its cells. */
export const ARRAY_BYTES = 256;
/** A growable column without its cells. */
export const COLUMN_BYTES = ARRAY_BYTES + 48;
/** An object with a handful of fields. */
export const OBJECT_BYTES = 64;
/** An entry of a Map, whose table doubles as it grows. */
export const MAP_ENTRY_BYTES = 40;
/** A pointer: a slot of an array or a field. */
export const POINTER_BYTES = 8;
/** A closure with its context: what a table or a dictionary is made of. */
export const CLOSURE_BYTES = 96;

export const STRING_HEADER_BYTES = 16;
const LATIN1_MAX = 0xff;

/** V8 keeps one byte a character until one of them is past Latin-1, then two. */
export function stringBytes(text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > LATIN1_MAX) return STRING_HEADER_BYTES + text.length * 2;
  }
  return STRING_HEADER_BYTES + text.length;
}

/** A label set with its labels and its key. */
export function labelSetBytes({ labels, key }: LabelSet): number {
  let bytes = OBJECT_BYTES + stringBytes(key) + ARRAY_BYTES / 4;
  for (const { name, value } of labels) {
    bytes += POINTER_BYTES + OBJECT_BYTES + stringBytes(name) + stringBytes(value);
  }
  return bytes;
}
