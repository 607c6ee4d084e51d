import { ELEMENT_PARTS } from './count-parts.ts';

const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACE = 0x7b;
const SPACE = 0x20;

/**
 * How much a message in JSON would become, roughly, as `countParts` says of protobuf: by its braces,
 * brackets, colons and commas. A field has two of these and a message up to two more, which makes up
 * for its taking three times as long here. A comma before a number stands for an element. Stops past
 * `most`.
 */
export function countJsonParts(bytes: Uint8Array, most: number): number {
  let parts = 0;
  let isBehindComma = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    // Of the space that JSON may have between two things all is below this.
    if (byte <= SPACE) continue;
    if (isBehindComma) parts += startsNumber(byte) ? ELEMENT_PARTS : 1;
    if (byte === BRACKET || byte === BRACE || byte === COLON) parts++;
    isBehindComma = byte === COMMA;
    if (parts > most) break;
  }
  return parts;
}

function startsNumber(byte: number): boolean {
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39);
}
