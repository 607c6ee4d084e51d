import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { gunzipSync } from '@emberscope/node-kit/worker';
import { type PushRequest, PushRequestSchema } from '@emberscope/protocol/push';
import type { RawSeries } from './prepare-push.ts';
import { pushFromJson } from './push-json.ts';

/** The message of a Push as it came. */
export type PushMessage = {
  readonly bytes: Uint8Array;
  readonly encoding: 'proto' | 'json';
  readonly isGzip: boolean;
};

export type ReadPush =
  /** `again` is the message to be read again for its next piece: inflated and no JSON, where it can be. */
  | {
      readonly kind: 'read';
      readonly series: readonly RawSeries[];
      readonly again: () => PushMessage;
    }
  /** Inflated it is larger than a body may be. */
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Series, labels and profiles of one push together. A collector sends some thousands; two bytes of
 * an empty series become a hundred in memory, so a body within its limit could hold gigabytes.
 */
const MAX_PARTS = 100_000;

/**
 * A thousand is much. Each takes 0.1 ms, however little is in it: these take half a second,
 * and as many services the writer of the store a second.
 */
const MAX_PROFILES = 5_000;

/**
 * What is left of a push waits inflated, while others have their turn: profiles are gzip mostly, and
 * messages of them hardly grow. One that becomes more than this waits as it came, since that is what
 * is counted of bodies on their way: 150 kB became 150 MB of memory for each of a hundred such pushes.
 * To inflate it again takes a quarter of a second at most.
 */
const MAX_HELD_GROWTH = 16;

/** Braces, brackets and commas: a label in JSON has four of them. */
const MAX_JSON_MARKS = 8 * MAX_PARTS;

/**
 * Text takes time even where there is nothing in it: 250 MB were 1.8 s. A profile is a third longer in
 * base64; whoever sends so many of them sends protobuf.
 */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/**
 * Reads a Push away from the main thread: inflating and decoding take as long as a client likes.
 * `isRest`: pieces of it have been read, and so its parts have been counted, of JSON in another way
 * that takes more of them.
 */
export function readPush(message: PushMessage, maxBytes: number, isRest = false): ReadPush {
  const plain = message.isGzip ? inflate(message.bytes, maxBytes) : message.bytes;
  if (!(plain instanceof Uint8Array)) return plain;
  if (message.encoding === 'json' && plain.length > MAX_JSON_BYTES) {
    return malformed(`${plain.length} bytes of JSON in one push, limit: ${MAX_JSON_BYTES}`);
  }
  const hasTooMany = message.encoding === 'json' ? hasTooManyMarks : hasTooManyParts;
  try {
    if (!isRest && hasTooMany(plain)) {
      return malformed(`more than ${MAX_PARTS} series, labels and profiles in one push`);
    }
    const request =
      message.encoding === 'json' ? pushFromJson(plain) : fromBinary(PushRequestSchema, plain);
    const profiles = request.series.reduce((sum, { samples }) => sum + samples.length, 0);
    if (profiles > MAX_PROFILES) {
      return malformed(`${profiles} profiles in one push, limit: ${MAX_PROFILES}`);
    }
    return {
      kind: 'read',
      series: request.series.map(rawSeries),
      again() {
        if (plain.length > MAX_HELD_GROWTH * message.bytes.length) return message;
        const bytes = message.encoding === 'json' ? toBinary(PushRequestSchema, request) : plain;
        return { bytes, encoding: 'proto', isGzip: false };
      },
    };
  } catch (error) {
    return malformed(error instanceof Error ? error.message : String(error));
  }
}

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array | ReadPush {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too-large', limitBytes: maxBytes };
    return malformed(
      `it cannot be gunzipped: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function malformed(reason: string): ReadPush {
  return { kind: 'malformed', reason: `the message cannot be read: ${reason}` };
}

function hasTooManyMarks(json: Uint8Array): boolean {
  let marks = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b) marks++;
  }
  return marks > MAX_JSON_MARKS;
}

/** Counts the fields of the request and of its series, without building anything of them. */
function hasTooManyParts(message: Uint8Array): boolean {
  const reader = new BinaryReader(message);
  let parts = 0;
  let seriesEnd = 0;
  while (reader.pos < reader.len && parts <= MAX_PARTS) {
    parts++;
    const [fieldNumber, wireType] = reader.tag();
    const isSeries = reader.pos > seriesEnd && fieldNumber === 1;
    if (isSeries && wireType === WireType.LengthDelimited) {
      const lengthBytes = reader.uint32();
      seriesEnd = reader.pos + lengthBytes;
    } else reader.skip(wireType, fieldNumber);
  }
  return parts > MAX_PARTS;
}

function rawSeries({ labels, samples }: PushRequest['series'][number]): RawSeries {
  return {
    labels: labels.map(({ name, value }) => ({ name, value })),
    samples: samples.map(({ rawProfile, ID }) => ({ bytes: rawProfile, id: ID })),
  };
}
