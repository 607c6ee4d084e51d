import type { LabelSet } from './label-set.ts';

/**
 * A 64-bit hash of a label set, the same in every process and for ever: for sharding and for ids
 * that travel. FNV-1a (draft-eastlake-fnv) over name, 0xff, value, 0xff of each label in UTF-8; no
 * UTF-8 text holds the byte 0xff.
 */
export function hashLabelSet({ labels }: LabelSet): bigint {
  let length = 0;
  for (const { name, value } of labels) {
    for (const text of [name, value]) {
      // At most three bytes for each UTF-16 unit.
      reserve(length + text.length * 3 + 1);
      length += encoder.encodeInto(text, scratch.subarray(length)).written;
      scratch[length++] = SEPARATOR;
    }
  }
  return fnv1a64(scratch, length);
}

const encoder = new TextEncoder();
const SEPARATOR = 0xff;
let scratch = new Uint8Array(1024);

function reserve(bytes: number): void {
  if (bytes <= scratch.length) return;
  const larger = new Uint8Array(Math.max(bytes, scratch.length * 2));
  larger.set(scratch);
  scratch = larger;
}

/**
 * FNV-1a with 64 bits in two halves. The prime is 2^40 + 0x1b3, so a multiplication is one of the
 * low half by 0x1b3 (exact in a double), its carry, and a shift; bigints would be made anew for
 * every byte.
 */
export function fnv1a64(bytes: Uint8Array, length = bytes.length): bigint {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < length; i++) {
    const mixed = (low ^ (bytes[i] ?? 0)) >>> 0;
    const product = mixed * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 0x1_0000_0000) + (mixed << 8)) >>> 0;
    low = product >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}
