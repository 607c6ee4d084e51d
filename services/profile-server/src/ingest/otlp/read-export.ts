import { gunzipSync } from 'node:zlib';
import { fromBinary, fromJsonString } from '@bufbuild/protobuf';
import {
  type ExportProfilesServiceRequest,
  ExportProfilesServiceRequestSchema,
} from '@emberscope/protocol/otlp/profiles-service';
import { countParts } from './count-parts.ts';

/** An OTLP export of profiles as it came. */
export type ExportMessage = {
  readonly bytes: Uint8Array;
  readonly encoding: 'proto' | 'json';
  readonly isGzip: boolean;
};

export type ReadExport =
  | {
      readonly kind: 'read';
      readonly request: ExportProfilesServiceRequest;
      /** Of the message, inflated. */
      readonly plainBytes: number;
    }
  /** Inflated it is larger than a body may be. */
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'not-gzip'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Messages, fields and elements of one export together: two bytes of an empty sample become two
 * hundred in memory, and so many of them keep a thread for a second. A profiler of a whole host sends
 * some 25,000 every five seconds, and a collector of several may send them together.
 */
const MAX_PARTS = 400_000;

/**
 * Braces, brackets and commas: a field in JSON has one, a message up to three. Messages take twice as
 * long there.
 */
const MAX_JSON_MARKS = MAX_PARTS;

/**
 * Reads an export away from the main thread. JSON is read as strictly as Pyroscope does: no field
 * that there is not, and bytes (ids of traces, too) in base64.
 */
export function readExport(message: ExportMessage, maxBytes: number): ReadExport {
  const plain = message.isGzip ? inflate(message.bytes, maxBytes) : message.bytes;
  if (!(plain instanceof Uint8Array)) return plain;
  try {
    const request =
      message.encoding === 'json'
        ? fromJson(plain)
        : fromBinary(ExportProfilesServiceRequestSchema, counted(plain), {
            readUnknownFields: false,
          });
    return { kind: 'read', request, plainBytes: plain.length };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'malformed', reason: `the message cannot be read: ${reason}` };
  }
}

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array | ReadExport {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too-large', limitBytes: maxBytes };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'not-gzip', reason: `it is not gzip: ${reason}` };
  }
}

function counted(message: Uint8Array): Uint8Array {
  if (countParts(ExportProfilesServiceRequestSchema, message, MAX_PARTS) > MAX_PARTS) {
    throw tooManyParts();
  }
  return message;
}

function fromJson(bytes: Uint8Array): ExportProfilesServiceRequest {
  let marks = 0;
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) marks++;
  if (marks > MAX_JSON_MARKS) throw tooManyParts();
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return fromJsonString(ExportProfilesServiceRequestSchema, text);
}

function tooManyParts(): RangeError {
  return new RangeError(`more than ${MAX_PARTS} messages, fields and elements in one export`);
}
