import type { ByteReader } from '../codec/byte-reader.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';

/** What is not to be read of a generation: what stands behind its good bytes was never acknowledged. */
export type VoidedTail = { readonly generation: number; readonly goodBytes: number };

/**
 * The kind of a record that begins a file after one whose last sync had failed. Nobody knows what of
 * the failed batch is on the disk, and its pushes were told to come again: this says where what was
 * acknowledged ends. It is also the probe that shows that the disk can be written again.
 *
 *     count v, then for each: generation v, good bytes v
 */
export const MARK_KIND = 5;

export function writeMark(out: ByteWriter, tails: readonly VoidedTail[]): void {
  out.uvarint(tails.length);
  for (const { generation, goodBytes } of tails) {
    out.uvarint(generation);
    out.uvarint(goodBytes);
  }
}

export function readMark(payload: Uint8Array): readonly VoidedTail[] {
  const from: ByteReader = createByteReader(payload);
  return Array.from({ length: from.count(2) }, () => ({
    generation: from.uvarint(),
    goodBytes: from.uvarint(),
  }));
}
