import { gunzipSync } from '@emberscope/node-kit/worker';

export type Gunzipped =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly isTooLarge: boolean; readonly reason: string };

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Gunzips on this thread, which is one for that, and stops when the result is past `maxBytes`. */
export function gunzip(bytes: Uint8Array, maxBytes: number): Gunzipped {
  try {
    const inflated = gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: CHUNK_BYTES });
    return { ok: true, bytes: inflated };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      const reason = `more than ${maxBytes} bytes when inflated`;
      return { ok: false, isTooLarge: true, reason };
    }
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, isTooLarge: false, reason: `gzip: ${reason}` };
  }
}

const CHUNK_BYTES = 256 * 1024;
