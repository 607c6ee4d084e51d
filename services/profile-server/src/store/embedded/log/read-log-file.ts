import { crc32 } from 'node:zlib';
import { type Fs, readFully } from '@emberscope/node-kit/worker';
import {
  createRecordScanner,
  type LogRecord,
  RECORD_HEADER_BYTES,
  readRecord,
  type ScanEnd,
} from '@emberscope/record-log';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { decodeLogHeader, LOG_HEADER_BYTES, type LogHeader, RECORD_LIMITS } from './log-format.ts';
import { MARK_KIND, readMark, type VoidedTail } from './log-mark.ts';

/** What one file of the log held. */
export type LogFileRead = {
  /** Undefined when it is damaged. */
  readonly header: LogHeader | undefined;
  /** Behind the last good record; 0 when there is not even a header. */
  readonly endOffset: number;
  /** Stretches of bytes, before good records or in place of the header, that say nothing any more. */
  readonly damages: readonly string[];
  /** Bytes behind the last good record, and whether there may be good ones among them. */
  readonly tail: Extract<ScanEnd, { kind: 'torn' }> | undefined;
};

const READ_BYTES = 1024 * 1024;

/**
 * Reads a log file, up to `limitBytes` of it, and calls `visit` for each good record, whose payload
 * is a view: copy what is to be kept. `isBehindDamage` says that records before it may be missing.
 * Rejects with an FsError alone.
 */
export async function readLogFile(
  fs: Fs,
  path: string,
  limitBytes: number,
  visit: (record: LogRecord, isBehindDamage: boolean) => void,
): Promise<LogFileRead> {
  const file = await fs.open(path, 'read');
  try {
    const sizeBytes = Math.min(await file.size(), limitBytes);
    const damages: string[] = [];
    const head = new Uint8Array(Math.min(LOG_HEADER_BYTES, sizeBytes));
    const headBytes = await readFully(file, head, 0);
    const header = headerOf(head.subarray(0, headBytes), damages);

    const scanner = createRecordScanner(crc32, RECORD_LIMITS, (event) => {
      if (event.kind === 'record') visit(event.record, damages.length > 0);
      else {
        damages.push(
          `${event.endOffset - event.offset} bytes at ${event.offset + LOG_HEADER_BYTES}: ${event.reason}`,
        );
      }
    });
    for (let at = LOG_HEADER_BYTES; at < sizeBytes; ) {
      // A buffer for each piece: the scanner may hold on to the end of the one before.
      const piece = new Uint8Array(Math.min(READ_BYTES, sizeBytes - at));
      const read = await readFully(file, piece, at);
      if (read === 0) break;
      scanner.feed(piece.subarray(0, read));
      at += read;
    }
    const end = scanner.end();
    if (header === undefined && sizeBytes <= LOG_HEADER_BYTES) {
      return { header, endOffset: 0, damages, tail: undefined };
    }
    if (end.kind === 'clean') {
      return { header, endOffset: LOG_HEADER_BYTES + end.endOffset, damages, tail: undefined };
    }
    const offset = LOG_HEADER_BYTES + end.offset;
    return { header, endOffset: offset, damages, tail: { ...end, offset } };
  } finally {
    await file.close();
  }
}

function headerOf(bytes: Uint8Array, damages: string[]): LogHeader | undefined {
  try {
    return decodeLogHeader(bytes);
  } catch (error) {
    if (!(error instanceof DamagedBytes)) throw error;
    damages.push(error.message);
    return undefined;
  }
}

/** A mark is small: it names the few files whose sync failed since the one before. */
const MARK_MAX_BYTES = 64 * 1024;

/** The mark that a log file begins with; nothing when it begins with another record. */
export async function readMarkOfLog(fs: Fs, path: string): Promise<readonly VoidedTail[]> {
  const file = await fs.open(path, 'read');
  try {
    const bytes = new Uint8Array(RECORD_HEADER_BYTES + MARK_MAX_BYTES);
    const length = await readFully(file, bytes, LOG_HEADER_BYTES);
    const read = readRecord(bytes.subarray(0, length), 0, crc32, RECORD_LIMITS);
    if (read.kind !== 'record' || read.record.kind !== MARK_KIND) return [];
    return readMark(read.record.payload);
  } finally {
    await file.close();
  }
}
