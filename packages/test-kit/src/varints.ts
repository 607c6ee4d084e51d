import { type Dice, oneOf } from './dice.ts';

/** Where readers go wrong: ends of ranges, and one beyond each. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  127n,
  128n,
  255n,
  65_535n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** A number below 2^64: an edge, or a small one, as indexes and lengths are. */
export function oddNumber(dice: Dice): bigint {
  return dice(3) === 0 ? BigInt(dice(300)) : oneOf(EDGES, dice);
}

/** The bytes of a varint, at least `minBytes` of them: padded ones are valid, too. */
export function varintOf(value: bigint, minBytes = 1): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n || bytes.length < minBytes; rest >>= 7n) {
    if (bytes.length > 0) bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) | 0x80;
    bytes.push(Number(rest & 0x7fn));
  }
  return Uint8Array.from(bytes);
}

/** Past the varint that begins at `start`: past its first byte below 128, or at the end of all. */
export function varintEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && (bytes[end] ?? 0) >= 0x80) end++;
  return Math.min(bytes.length, end + 1);
}
