import { DamagedBytes } from './damaged-bytes.ts';

/*
 * Varints, many behind one another: several times as fast as one after the other with a
 * reader or a writer, for what a query waits for.
 */

/** Of an integer below 2^32. */
export const MAX_VARINT32_BYTES = 5;

/**
 * Reads `into.length` numbers from `at` on and answers where they end. A loop over the bytes of a
 * number takes six times as long as one step for each that there may be, and a large dictionary has
 * millions of numbers of three bytes.
 */
export function readVarints32(bytes: Uint8Array, at: number, into: Uint32Array): number {
  // Up to there all bytes that a number may have are there.
  const longestEnd = bytes.length - MAX_VARINT32_BYTES;
  let place = at;
  let i = 0;
  for (; i < into.length && place <= longestEnd; i++) {
    let byte = bytes[place++] ?? 0;
    let value = byte & 127;
    if (byte > 127) {
      byte = bytes[place++] ?? 0;
      value |= (byte & 127) << 7;
      if (byte > 127) {
        byte = bytes[place++] ?? 0;
        value |= (byte & 127) << 14;
        if (byte > 127) {
          byte = bytes[place++] ?? 0;
          value |= (byte & 127) << 21;
          if (byte > 127) {
            byte = bytes[place++] ?? 0;
            if (byte > LAST_BYTE_MAX) throw tooLong(place);
            value |= byte << 28;
          }
        }
      }
    }
    into[i] = value;
  }
  return readToEnd(bytes, place, into, i);
}

/** The same from `into[first]` on, where the bytes may end within a number. */
function readToEnd(bytes: Uint8Array, at: number, into: Uint32Array, first: number): number {
  let place = at;
  for (let i = first; i < into.length; i++) {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[place++] ?? ENDED;
      if (byte === ENDED || (shift === 28 && byte > LAST_BYTE_MAX)) throw tooLong(place);
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    into[i] = value;
  }
  return place;
}

function tooLong(place: number): DamagedBytes {
  return new DamagedBytes(`a number that does not end at ${place}, or over 2^32`);
}

/**
 * Reads `into.length / 2` numbers of up to 64 bits from `at` on, as two words each, the low one first,
 * and answers where they end.
 */
export function readVarints64(bytes: Uint8Array, at: number, into: Uint32Array): number {
  let place = at;
  for (let i = 0; i < into.length; i += 2) {
    const byte = bytes[place] ?? ENDED;
    if (byte < 128) {
      into[i] = byte;
      place++;
      continue;
    }
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const next = bytes[place++] ?? ENDED;
      if (next === ENDED || shift > 63 || (shift === 63 && next > 1)) {
        throw new DamagedBytes(`a number of 64 bits that does not end at ${place}`);
      }
      const bits = next & 127;
      if (shift < 32) low |= bits << shift;
      if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (next < 128) break;
    }
    into[i] = low;
    into[i + 1] = high;
  }
  return place;
}

/** Writes a number below 2^32 at `at` and answers where it ends: there is room for it. */
export function writeVarint32(out: Uint8Array, at: number, value: number): number {
  let place = at;
  let rest = value;
  while (rest > 127) {
    out[place++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  out[place++] = rest;
  return place;
}

/** No byte. */
const ENDED = 256;
/** The fifth one has four bits of a number. */
const LAST_BYTE_MAX = 15;
