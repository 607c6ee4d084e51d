import { fromJsonString } from '@bufbuild/protobuf';
import { gunzipSync } from '@emberscope/node-kit/worker';
import { ExportProfilesServiceRequestSchema } from '@emberscope/protocol/otlp/profiles-service';
import { chunkBytes } from '../inflate-profile.ts';
import { countJsonParts } from './count-json-parts.ts';
import { decodeExport } from './decode-export.ts';
import { TooManyParts } from './export-wire.ts';
import { type Export, exportOfMessage } from './otlp-export.ts';

/** An OTLP export of profiles as it came. */
export type ExportMessage = {
  readonly bytes: Uint8Array;
  readonly encoding: 'proto' | 'json';
  readonly isGzip: boolean;
};

export type ReadExport =
  | { readonly kind: 'read'; readonly request: Export }
  /** Inflated it is larger than a body may be. */
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'not-gzip'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Messages and fields of one export, and four elements of a list for one: two bytes of an empty
 * sample become two hundred in memory, and so many of them keep a thread for one second or two. A
 * profiler of a host of 128 cores may send 165,000 at once, and a collector sends those of several
 * hosts together; the most samples a profile may have, each of its own 100 locations, are 560,000.
 */
const MAX_PARTS = 1_000_000;

/**
 * Of JSON, as `countJsonParts` counts: generated code reads it, which takes as long for these as for
 * a million in protobuf and more. The most samples of a profile are 650,000.
 */
const MAX_JSON_PARTS = 700_000;

/** Text takes time even where there is nothing in it. As many parts are 6 to 14 MB. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;

/**
 * Reads an export away from the main thread. JSON is read as strictly as Pyroscope does: no field
 * that there is not, and bytes (ids of traces, too) in base64.
 */
export function readExport(message: ExportMessage, maxBytes: number): ReadExport {
  const plain = message.isGzip ? inflate(message.bytes, maxBytes) : message.bytes;
  if (!(plain instanceof Uint8Array)) return plain;
  try {
    const request = message.encoding === 'json' ? fromJson(plain) : decodeExport(plain, MAX_PARTS);
    return { kind: 'read', request };
  } catch (error) {
    const reason = messageOf(error);
    return { kind: 'malformed', reason: `the message cannot be read: ${reason}` };
  }
}

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array | ReadExport {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: chunkBytes(bytes) });
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too-large', limitBytes: maxBytes };
    return { kind: 'not-gzip', reason: `it cannot be gunzipped: ${messageOf(error)}` };
  }
}

function fromJson(bytes: Uint8Array): Export {
  if (bytes.length > MAX_JSON_BYTES) {
    throw new RangeError(`${bytes.length} bytes of JSON in one export, limit: ${MAX_JSON_BYTES}`);
  }
  if (countJsonParts(bytes, MAX_JSON_PARTS) > MAX_JSON_PARTS) {
    throw new TooManyParts(MAX_JSON_PARTS);
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return exportOfMessage(fromJsonString(ExportProfilesServiceRequestSchema, text));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
