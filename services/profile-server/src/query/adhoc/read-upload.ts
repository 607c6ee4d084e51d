import { fromBinary, fromJsonString } from '@bufbuild/protobuf';
import { gunzipSync } from '@emberscope/node-kit/worker';
import {
  type AdHocProfilesUploadRequest,
  AdHocProfilesUploadRequestSchema,
} from '@emberscope/protocol/adhoc-profiles';
import { refuse, refuseArgument } from '../query-refusal.ts';

/**
 * Braces, brackets and commas: the message has a handful, and base64 none. Two bytes of an empty
 * object in a field that nobody knows become a hundred in memory.
 */
const MAX_JSON_MARKS = 10_000;

/** Reads the message of an upload away from the main thread. Refuses what it is not. */
export function readUpload(
  message: Uint8Array,
  isGzip: boolean,
  encoding: 'proto' | 'json',
  maxBytes: number,
): AdHocProfilesUploadRequest {
  const plain = isGzip ? inflate(message, maxBytes) : message;
  try {
    if (encoding === 'proto') {
      const readUnknownFields = false;
      return fromBinary(AdHocProfilesUploadRequestSchema, plain, { readUnknownFields });
    }
    if (hasTooManyMarks(plain)) {
      return refuseArgument(`JSON with more than ${MAX_JSON_MARKS} values is no upload`);
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(plain);
    return fromJsonString(AdHocProfilesUploadRequestSchema, text, { ignoreUnknownFields: true });
  } catch (error) {
    return refuseArgument(`the message cannot be read: ${textOf(error)}`);
  }
}

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) {
      return refuse('resource_exhausted', `message is larger than configured max ${maxBytes}`);
    }
    return refuseArgument(`the message cannot be gunzipped: ${textOf(error)}`);
  }
}

function hasTooManyMarks(json: Uint8Array): boolean {
  let marks = 0;
  for (const byte of json) {
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b) marks++;
  }
  return marks > MAX_JSON_MARKS;
}

const PAD = 0x3d;

/**
 * Bytes of standard base64 with its padding; line breaks are passed over. Undefined `bytes` where it
 * is none, and then where.
 */
export function decodeBase64(
  text: string,
): { readonly bytes: Uint8Array } | { readonly bytes: undefined; readonly badAt: number } {
  let digits = 0;
  let pads = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) continue;
    if (code === PAD) pads++;
    else if (pads === 0 && isDigit(code)) digits++;
    else return { bytes: undefined, badAt: at };
  }
  if (pads !== (4 - (digits % 4)) % 4 || pads > 2) return { bytes: undefined, badAt: text.length };
  return { bytes: new Uint8Array(Buffer.from(text, 'base64')) };
}

/** `A-Z a-z 0-9 + /`. */
function isDigit(code: number): boolean {
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2f;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
