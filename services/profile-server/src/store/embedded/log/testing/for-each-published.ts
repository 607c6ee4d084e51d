import { forEachRecord } from '../for-each-record.ts';
import { bytesOfChunk, type LogChunk, publishedBytes } from '../log-chunk.ts';

/** Calls `visit` for each record that is published in some chunks, with the bytes it lies in. */
export function forEachPublished(
  chunks: readonly LogChunk[],
  visit: (kind: number, bytes: Uint8Array, payloadStart: number, payloadEnd: number) => void,
): void {
  for (const chunk of chunks) {
    const bytes = bytesOfChunk(chunk);
    forEachRecord(bytes, 0, publishedBytes(chunk), (kind, start, end) =>
      visit(kind, bytes, start, end),
    );
  }
}
