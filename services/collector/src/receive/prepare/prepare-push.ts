import { create, fromBinary, fromJsonString, toBinary } from '@bufbuild/protobuf';
import { type LabelSet, labelSet } from '@emberscope/labels';
import {
  type PushRequest,
  PushRequestSchema,
  type RawProfileSeries,
} from '@emberscope/protocol/push';
import { LabelPairSchema } from '@emberscope/protocol/types';
import type { LabelPolicy } from '../../labels/label-policy.ts';
import { pushId } from '../../labels/push-id.ts';
import { REASON } from '../failure.ts';
import { gunzip } from './gunzip.ts';
import { type Prepared, type PushJob, refused } from './prepare-jobs.ts';
import { countPushEntries, PUSH_MAX_ENTRIES, PUSH_MAX_PROFILES } from './push-entries.ts';

/**
 * Gives each series of a push its labels and each profile its id; the profiles stay as they are.
 * Series that a rule drops are left out, and counted.
 */
export function preparePush(job: PushJob, policy: LabelPolicy, maxBytes: number): Prepared {
  const message = messageOf(job, maxBytes);
  if (!(message instanceof Uint8Array)) return message;
  const read = job.isJson ? readJson(message) : readBinary(message);
  if (read.kind === 'refused') return read;

  const given = read.request.series;
  const profiles = given.reduce((sum, { samples }) => sum + samples.length, 0);
  if (profiles > PUSH_MAX_PROFILES) {
    return refused(
      'invalid',
      `${profiles} profiles in one push; the limit is ${PUSH_MAX_PROFILES}`,
    );
  }
  const series = given.filter((one) => relabelSeries(one, policy));
  if (given.length > 0 && series.length === 0) return { kind: 'nothing', why: 'relabel' };
  // A push of no series goes on: what to say of it is the server's business.
  const body = toBinary(PushRequestSchema, { ...read.request, series });
  return { kind: 'push', body, dropped: given.length - series.length };
}

type Refused = Extract<Prepared, { readonly kind: 'refused' }>;
type Read = Refused | { readonly kind: 'read'; readonly request: PushRequest };

/** The message out of its frame and its compression. */
function messageOf(job: PushJob, maxBytes: number): Uint8Array | Refused {
  let { body, isGzipped }: { body: Uint8Array; isGzipped: boolean } = job;
  if (job.framing === 'grpc') {
    const frame = unframe(body);
    if (frame === undefined) return refused('invalid', 'the body is not one gRPC message');
    if (frame.isCompressed && !isGzipped) {
      return refused('invalid', 'the message says it is compressed, the headers do not say how');
    }
    body = frame.message;
    isGzipped = frame.isCompressed;
  }
  if (!isGzipped || body.length === 0) return body;
  const inflated = gunzip(body, maxBytes);
  if (inflated.ok) return inflated.bytes;
  if (inflated.isTooLarge)
    return refused('too-large', `the message is ${inflated.reason}`, REASON.bodyTooLarge);
  return refused('invalid', `the message is not what it says: ${inflated.reason}`);
}

const FRAME_HEAD_BYTES = 5;

function unframe(body: Uint8Array): { isCompressed: boolean; message: Uint8Array } | undefined {
  if (body.length < FRAME_HEAD_BYTES) return undefined;
  const length = new DataView(body.buffer, body.byteOffset).getUint32(1);
  if (length !== body.length - FRAME_HEAD_BYTES) return undefined;
  return { isCompressed: ((body[0] ?? 0) & 1) === 1, message: body.subarray(FRAME_HEAD_BYTES) };
}

function readBinary(message: Uint8Array): Read {
  // Messages are objects of some 200 bytes and can take two on the wire: count before making them.
  const entries = countPushEntries(message);
  if (!entries.ok) return refused('invalid', entries.reason);
  try {
    return { kind: 'read', request: fromBinary(PushRequestSchema, message) };
  } catch (error) {
    return refused('invalid', `not a PushRequest: ${reasonOf(error)}`);
  }
}

/** Base64 of 48 MiB. JSON is for people and scripts: parsing it takes many times its size. */
const JSON_MAX_BYTES = 64 << 20;

function readJson(message: Uint8Array): Read {
  if (message.length > JSON_MAX_BYTES) {
    const text = `a push as JSON may have ${JSON_MAX_BYTES} bytes; send larger ones as proto`;
    return refused('too-large', text, REASON.bodyTooLarge);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(message);
    const request = fromJsonString(PushRequestSchema, text, { ignoreUnknownFields: true });
    const entries = request.series.reduce(
      (sum, { labels, samples, annotations }) =>
        sum + 1 + labels.length + samples.length + annotations.length,
      0,
    );
    if (entries <= PUSH_MAX_ENTRIES) return { kind: 'read', request };
    return refused(
      'invalid',
      `${entries} series, labels and profiles; the limit is ${PUSH_MAX_ENTRIES}`,
    );
  } catch (error) {
    return refused('invalid', `not a PushRequest: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, REASON_MAX_LENGTH);
}

/** Parsers quote what they choke on. */
const REASON_MAX_LENGTH = 300;

/** False when a rule drops the series. */
function relabelSeries(series: RawProfileSeries, policy: LabelPolicy): boolean {
  const built = labelSet(series.labels);
  let labels: LabelSet;
  if (built.ok) {
    const result = policy.apply(built.labelSet);
    if (result.kind === 'dropped') return false;
    labels = result.labelSet;
    series.labels = labels.labels.map((label) => create(LabelPairSchema, label));
  } else {
    // A label that comes twice: the server refuses this series alone, and takes the others.
    const key = series.labels.map(({ name, value }) => `${name.length}:${name}${value}`).join();
    labels = { labels: series.labels, key };
  }
  for (const sample of series.samples) sample.ID = pushId(labels.key, sample.rawProfile);
  return true;
}
