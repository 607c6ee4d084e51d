/** The buffer of some bytes, unless it is a part of Node's pool, which others use too. */
export function ownBuffer({ buffer }: Uint8Array): readonly ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize ? [buffer] : [];
}
