import type { Random } from './random.ts';

/** A version 4 UUID (RFC 9562, section 5.4): 16 bytes, 122 of their bits random. */
export function uuidV4Bytes(random: Random): Uint8Array<ArrayBuffer> {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}

/** The same as text: `f81d4fae-7dec-41d0-8765-00a0c91e6bf6`. */
export function uuidV4(random: Random): string {
  return formatUuid(uuidV4Bytes(random));
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** 16 bytes of any UUID as its 36 lower-case characters. */
export function formatUuid(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError(`a UUID has 16 bytes, not ${bytes.length}`);
  let hex = '';
  for (const byte of bytes) hex += HEX_OF_BYTE[byte];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
