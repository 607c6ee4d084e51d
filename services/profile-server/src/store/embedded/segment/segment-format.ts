/*
 * The frame of a segment file:
 *
 *     "EMSEG\0" version u16, zeros                                   16 bytes
 *     pages, one behind another
 *     directory                                                      JSON, deflated
 *     directory offset u64, stored length u32, raw length u32, crc32 u32, version u32, "EMSEGEND"
 */

import type { PageRef } from './segment-directory.ts';

export const SEGMENT_VERSION = 1;

const encoder = new TextEncoder();
export const SEGMENT_MAGIC: Uint8Array = encoder.encode('EMSEG\0');
export const SEGMENT_END_MAGIC: Uint8Array = encoder.encode('EMSEGEND');

export const SEGMENT_HEADER_BYTES = 16;
export const SEGMENT_FOOTER_BYTES = 32;

/**
 * How the bytes of a page stand in the file: the last field of a `PageRef`. Pages by stack
 * (`stack-order`) are newer than the others: programs that do not know them say so.
 */
export const CODEC = { raw: 0, deflateRaw: 1, rawByStack: 2, deflateRawByStack: 3 } as const;

export function isByStack([, , , , codec]: PageRef): boolean {
  return codec === CODEC.rawByStack || codec === CODEC.deflateRawByStack;
}

/**
 * Deflate makes 258 bytes of two bits at best, so what says that it inflates to more than this many
 * times its size lies, and nobody makes room for it.
 */
export const MAX_INFLATION = 1032;

/** What the end of a segment file says about its directory. */
export type SegmentFooter = {
  readonly offset: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly crc: number;
  readonly version: number;
};

export function encodeSegmentHeader(): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  bytes.set(SEGMENT_MAGIC);
  new DataView(bytes.buffer).setUint16(SEGMENT_MAGIC.length, SEGMENT_VERSION, true);
  return bytes;
}

export function encodeSegmentFooter(footer: SegmentFooter): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(footer.offset), true);
  view.setUint32(8, footer.storedBytes, true);
  view.setUint32(12, footer.rawBytes, true);
  view.setUint32(16, footer.crc, true);
  view.setUint32(20, footer.version, true);
  bytes.set(SEGMENT_END_MAGIC, 24);
  return bytes;
}

/** Reads the fields of 32 bytes; whether they make sense is for who opens the file. */
export function decodeSegmentFooter(bytes: Uint8Array): SegmentFooter {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_FOOTER_BYTES);
  return {
    offset: Number(view.getBigUint64(0, true)),
    storedBytes: view.getUint32(8, true),
    rawBytes: view.getUint32(12, true),
    crc: view.getUint32(16, true),
    version: view.getUint32(20, true),
  };
}

export function startsWith(bytes: Uint8Array, magic: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}
