import type { Deflate } from '../segment/deflate-page.ts';

/** RFC 1951, 3.2.4: a stored block says its length twice, in 16 bits. */
const BLOCK_MAX_BYTES = 0xffff;
const BLOCK_HEADER_BYTES = 5;

/**
 * A stream that inflates to `raw`, and in which nothing is made smaller: zlib takes longer to begin
 * than the pages of a simulated store take to write. Such pages are kept as they are.
 */
export const deflateStored: Deflate = async (raw) => {
  const blocks = Math.max(1, Math.ceil(raw.length / BLOCK_MAX_BYTES));
  const out = new Uint8Array(raw.length + blocks * BLOCK_HEADER_BYTES);
  const view = new DataView(out.buffer);
  for (let block = 0, to = 0; block < blocks; block++) {
    const from = block * BLOCK_MAX_BYTES;
    const piece = raw.subarray(from, from + BLOCK_MAX_BYTES);
    view.setUint8(to, block === blocks - 1 ? 1 : 0);
    view.setUint16(to + 1, piece.length, true);
    view.setUint16(to + 3, ~piece.length, true);
    out.set(piece, to + BLOCK_HEADER_BYTES);
    to += BLOCK_HEADER_BYTES + piece.length;
  }
  return out;
};
