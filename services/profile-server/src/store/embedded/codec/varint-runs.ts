import { DamagedBytes } from './damaged-bytes.ts';

/*
 * Varints, many behind one another: several times as fast as one after the other with a
 * reader or a writer, for what a query waits for.
 */

/** Of an integer below 2^32. */
export const MAX_VARINT32_BYTES = 5;

/** Reads `into.length` numbers from `at` on and answers where they end. */
export function readVarints32(bytes: Uint8Array, at: number, into: Uint32Array): number {
  let place = at;
  for (let i = 0; i < into.length; i++) {
    const byte = bytes[place] ?? ENDED;
    if (byte < 128) {
      into[i] = byte;
      place++;
      continue;
    }
    let value = 0;
    let factor = 1;
    for (;;) {
      const next = bytes[place++] ?? ENDED;
      if (next === ENDED || factor > 2 ** 28) {
        throw new DamagedBytes(`a number of 32 bits that does not end at ${place}`);
      }
      value += (next & 127) * factor;
      if (next < 128) break;
      factor *= 128;
    }
    if (value >= 2 ** 32) throw new DamagedBytes(`a number over 2^32 at ${place}`);
    into[i] = value;
  }
  return place;
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
