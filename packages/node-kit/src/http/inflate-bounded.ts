import { gunzip } from 'node:zlib';

export type Inflated =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large'; readonly maxBytes: number }
  /** The bytes end in the middle of the stream. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * What zlib's thread hands over at a time. Node's 16 KiB would make 256 hops between threads for a
 * profile of 4 MiB.
 */
const CHUNK_BYTES = 256 * 1024;
const MIN_CHUNK_BYTES = 1024;

/**
 * Gunzips on zlib's threads and stops as soon as the result is larger than `maxBytes`, so a bomb
 * costs no more memory than the limit and a chunk. Members that follow each other are one result,
 * as RFC 1952, section 2.2, wants it.
 */
export function inflateBounded(bytes: Uint8Array, maxBytes: number): Promise<Inflated> {
  const chunkSize = Math.max(MIN_CHUNK_BYTES, Math.min(CHUNK_BYTES, maxBytes));
  return new Promise((resolve) => {
    gunzip(
      bytes,
      { maxOutputLength: Math.max(1, maxBytes), chunkSize },
      (error: NodeJS.ErrnoException | null, inflated) => {
        if (error === null) {
          resolve(
            inflated.length > maxBytes
              ? { kind: 'too-large', maxBytes }
              : { kind: 'ok', bytes: inflated },
          );
        } else if (error.code === 'ERR_BUFFER_TOO_LARGE') resolve({ kind: 'too-large', maxBytes });
        else if (error.code === 'Z_BUF_ERROR') resolve({ kind: 'truncated' });
        else resolve({ kind: 'malformed', reason: error.message });
      },
    );
  });
}
