import { RECORD_HEADER_BYTES } from '@emberscope/record-log';
import { RECORD_KIND } from '../codec/log-records.ts';
import { forEachRecord } from './for-each-record.ts';
import {
  bytesOfChunk,
  createLogChunk,
  type LogChunk,
  publishBytes,
  publishedBytes,
} from './log-chunk.ts';

/** A service that sends little should not hold 4 MiB for it. */
const FIRST_CHUNK_BYTES = 1024 * 1024;
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The records of one generation in shared memory, in the order of its file: those that say something
 * of profiles. What only guards the file stays there.
 */
export type RecordChunks = {
  /** A new array whenever there is one more. */
  readonly chunks: () => readonly LogChunk[];
  /** Bytes of records. */
  readonly byteLength: () => number;
  /** Bytes of memory that the chunks take. */
  readonly capacityBytes: () => number;
  /** Copies whole records in, as they stand in the file, and then shows them to readers. */
  append(records: Uint8Array): void;
};

/**
 * A record never spans chunks: one that does not fit into the last chunk begins the next, which is
 * as large as it needs.
 */
export function createRecordChunks(): RecordChunks {
  let chunks: readonly LogChunk[] = [];
  let bytes: Uint8Array = new Uint8Array(0);
  let usedBytes = 0;
  let totalBytes = 0;
  let capacityBytes = 0;

  function publish(): void {
    const last = chunks.at(-1);
    if (last !== undefined && publishedBytes(last) < usedBytes) publishBytes(last, usedBytes);
  }

  function begin(leastBytes: number): void {
    publish();
    const chunk = createLogChunk(
      Math.max(leastBytes, chunks.length === 0 ? FIRST_CHUNK_BYTES : CHUNK_BYTES),
    );
    chunks = [...chunks, chunk];
    bytes = bytesOfChunk(chunk);
    capacityBytes += bytes.length;
    usedBytes = 0;
  }

  function copy(records: Uint8Array): void {
    if (usedBytes + records.length > bytes.length) begin(records.length);
    bytes.set(records, usedBytes);
    usedBytes += records.length;
    totalBytes += records.length;
  }

  return {
    chunks: () => chunks,
    byteLength: () => totalBytes,
    capacityBytes: () => capacityBytes,
    append(records) {
      forEachRecord(records, 0, records.length, (kind, start, end) => {
        if (isForReaders(kind)) copy(records.subarray(start - RECORD_HEADER_BYTES, end));
      });
      publish();
    },
  };
}

function isForReaders(kind: number): boolean {
  return kind === RECORD_KIND.stream || kind === RECORD_KIND.epoch || kind === RECORD_KIND.profile;
}
