import { crc32 } from 'node:zlib';
import { createRecordBatch, readRecord } from '@emberscope/record-log';
import { refuse } from './files-answer.ts';

/** What the records of a file hold; the number is what is written. */
export const RECORD_KIND = { settings: 1, uploaded: 2, content: 3 } as const;
export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND];

export type FileRecord = { readonly kind: RecordKind; readonly payload: Uint8Array };

/** "EMTF\0" and the version. */
const HEAD = Uint8Array.of(0x45, 0x4d, 0x54, 0x46, 0, 1);
const VERSION_AT = 5;

/** What a thread can hold; the door lets in less. */
const LIMITS = { maxPayloadBytes: 1024 * 1024 * 1024 };

/** A whole file. */
export function encodeFile(records: readonly FileRecord[]): Uint8Array<ArrayBuffer> {
  const batch = createRecordBatch(crc32, LIMITS);
  for (const { kind, payload } of records) batch.append(kind, payload);
  const file = new Uint8Array(HEAD.length + batch.byteLength());
  file.set(HEAD);
  file.set(batch.bytes(), HEAD.length);
  return file;
}

/**
 * The payloads of a file that must have records of just these kinds. They are windows on it. Refuses
 * with `damaged` where it has others, or a checksum is wrong; `what` names the file for a person.
 */
export function decodeFile(
  bytes: Uint8Array,
  kinds: readonly RecordKind[],
  what: string,
): readonly Uint8Array[] {
  for (const [at, byte] of HEAD.entries()) {
    if (bytes[at] === byte) continue;
    const isNewer = at === VERSION_AT && (bytes[at] ?? 0) > byte;
    refuse('damaged', isNewer ? `${what} is of version ${bytes[at]}` : `${what} has no header`);
  }
  const payloads: Uint8Array[] = [];
  let offset = HEAD.length;
  for (const kind of kinds) {
    const read = readRecord(bytes, offset, crc32, LIMITS);
    if (read.kind !== 'record') {
      const reason = read.kind === 'end' ? 'it ends early' : read.reason;
      refuse('damaged', `${what} is damaged: ${reason}`);
    }
    if (read.record.kind !== kind) {
      refuse('damaged', `${what} is damaged: a record of kind ${read.record.kind}, not ${kind}`);
    }
    payloads.push(read.record.payload);
    offset = read.nextOffset;
  }
  if (offset !== bytes.length) {
    refuse('damaged', `${what} is damaged: ${bytes.length - offset} bytes behind its end`);
  }
  return payloads;
}

export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** What a payload holds whose checksum was right: what was written, and yet nothing is believed. */
export function parseJson(payload: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse('damaged', `${what} is damaged: ${error.message}`);
  }
}
