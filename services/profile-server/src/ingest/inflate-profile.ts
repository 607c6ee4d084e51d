import { constants } from 'node:zlib';
import { gunzipSync } from '@emberscope/node-kit/worker';
import { malformed, type Refusal } from './refusal.ts';

export type InflatedProfile =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The shortest gzip stream there can be is longer than its header. */
const GZIP_HEADER_BYTES = 10;

/**
 * Plain bytes of a profile, gzip or not, and no more than `maxBytes` of them (0: any number). A
 * profile shorter than a gzip header is none, whatever it is: so Pyroscope has it.
 */
export function inflateProfile(bytes: Uint8Array, maxBytes: number): InflatedProfile {
  if (bytes.length < GZIP_HEADER_BYTES) {
    const end = bytes.length === 0 ? 'EOF' : 'unexpected EOF';
    return { kind: 'refused', refusal: malformed(`gzip reset: ${end}`) };
  }
  const limitBytes = maxBytes === 0 ? UNBOUNDED_BYTES : maxBytes;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    return bytes.length > limitBytes ? { kind: 'too-large' } : { kind: 'ok', bytes };
  }
  try {
    // Synchronous: this runs in a worker that has nothing else to do meanwhile.
    const chunkSize = chunkBytes(bytes);
    return { kind: 'ok', bytes: gunzipSync(bytes, { maxOutputLength: limitBytes, chunkSize }) };
  } catch (error) {
    if (isTooLarge(error)) return { kind: 'too-large' };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'refused', refusal: malformed(`gzip reset: ${reason}`) };
  }
}

/** Profiles become five times as large; a byte of gzip can be a thousand. */
const USUAL_GROWTH = 16;
const MAX_GROWTH = 1032;

/**
 * How much was inflated of a profile that was refused: exactly where it is cut off, at most where it
 * is broken. To find out costs little: as much again as profiles usually become.
 */
export function inflatedBytes(gzip: Uint8Array, refused: 'too-large' | 'refused'): number {
  const mostBytes = gzip.length * MAX_GROWTH;
  if (refused === 'too-large') return mostBytes;
  const usualBytes = gzip.length * USUAL_GROWTH;
  try {
    return gunzipSync(gzip, {
      maxOutputLength: usualBytes,
      // A limit is looked at when a chunk is full.
      chunkSize: clampedChunk(usualBytes + 1),
      // Whatever there is of it, where it ends before its end.
      finishFlush: constants.Z_SYNC_FLUSH,
    }).length;
  } catch (error) {
    return isTooLarge(error) ? mostBytes : usualBytes;
  }
}

/** zlib takes no smaller chunks; and no profile's word makes us take more memory than this at once. */
const CHUNK_MIN_BYTES = 64;
const CHUNK_MAX_BYTES = 1024 * 1024;

/**
 * Bytes of a chunk that inflates at once: as long as gzip says at its end that the whole is, so that it
 * comes in one chunk and is not put together from many. Where that is wrong there are more chunks, and nothing else changes.
 */
export function chunkBytes(gzip: Uint8Array): number {
  if (gzip.length < GZIP_HEADER_BYTES) return CHUNK_MIN_BYTES;
  const view = new DataView(gzip.buffer, gzip.byteOffset, gzip.byteLength);
  // One more: zlib asks for another chunk when one is full.
  return clampedChunk(view.getUint32(gzip.length - 4, true) + 1);
}

function clampedChunk(bytes: number): number {
  return Math.min(CHUNK_MAX_BYTES, Math.max(CHUNK_MIN_BYTES, bytes));
}

/** What a worker can hold at all, where the owner lifted the limit. */
const UNBOUNDED_BYTES = 1024 * 1024 * 1024;

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
