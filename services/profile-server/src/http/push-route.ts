import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  type Clock,
  type HttpRequest,
  type HttpResponse,
  inflateBounded,
  readBody,
} from '@emberscope/node-kit';
import { PusherService, PushResponseSchema } from '@emberscope/protocol/push';
import type { IngestService } from '../ingest/ingest-service.ts';
import type { RawSeries } from '../ingest/prepare-push.ts';
import type { IngestPool } from '../work/ingest-pool.ts';
import type { Admission } from './admission.ts';
import { answerError, type PlainErrorCode } from './plain-error.ts';
import { errorOfPush } from './rpc-errors.ts';
import { answerRpc, type ReadRequest, rpcRoute } from './rpc-routes.ts';
import { TENANT_HEADER, type Tenancy } from './tenancy.ts';

export type PushRouteParts = {
  readonly ingest: IngestService;
  readonly pool: IngestPool;
  readonly admission: Admission;
  readonly tenancy: Tenancy;
  /** `-distributor.ingestion-body-limit-mb`, as bytes. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
};

/** `push.v1.PusherService/Push`, behind the admission of bodies. */
export type PushRoute = {
  readonly path: string;
  answer(request: HttpRequest, response: HttpResponse): Promise<void>;
};

/** From the first byte of a body to the last. */
const BODY_MAX_MILLIS = 120_000;

/** JSON up to this is read on the main thread: a thread away it would take longer. */
const INLINE_JSON_MAX_BYTES = 64 * 1024;

/** What a body that does not announce its length is taken for: most profiles are shorter. */
export const UNANNOUNCED_BYTES = 256 * 1024;

/** Bodies that are inflated at a time: each may become as large as the limit. */
const MAX_INFLATING = 2;

export function createPushRoute(parts: PushRouteParts): PushRoute {
  const { ingest, pool, admission, tenancy, maxBodyBytes, clock } = parts;
  let inflating = 0;

  const route = rpcRoute(
    PusherService.method.push,
    maxBodyBytes,
    async ({ series }, call) => {
      const tenant = tenancy.forWriting(call.header(TENANT_HEADER));
      if (!tenant.ok) throw new ConnectError(tenant.reason, Code.Unauthenticated);
      const raw = series.map(
        ({ labels, samples }): RawSeries => ({
          labels: labels.map(({ name, value }) => ({ name, value })),
          samples: samples.map(({ rawProfile, ID }) => ({ bytes: rawProfile, id: ID })),
        }),
      );
      const error = errorOfPush(await ingest.push(tenant.tenant, raw, call.signal));
      if (error !== undefined) throw error;
      return { kind: 'message', message: create(PushResponseSchema) };
    },
    create(PushResponseSchema),
  );

  /**
   * Reads what the library would read on the main thread in one go: JSON that is long, and bodies
   * that are compressed as a whole.
   */
  async function readAhead(request: HttpRequest): Promise<Ahead> {
    const { isJson, isPlain, isGzip, announcedBytes } = shapeOf(request);
    const isShort = announcedBytes <= INLINE_JSON_MAX_BYTES;
    // A body that announces too much is left to the library too, which says so without reading it.
    const isTooLarge = Number.isFinite(announcedBytes) && announcedBytes > maxBodyBytes;
    if ((isPlain && (!isJson || isShort)) || !(isPlain || isGzip) || isTooLarge) {
      return { kind: 'as-it-is' };
    }
    const limits = { maxBytes: maxBodyBytes, limitMillis: BODY_MAX_MILLIS, clock };
    const read = await readBody(request, limits);
    switch (read.kind) {
      case 'too-large':
        return tooLarge(`of more than ${maxBodyBytes} bytes`, maxBodyBytes);
      case 'timed-out':
        return refused(408, 'unknown', `the body was not there within ${read.limitMillis} ms`);
      case 'aborted':
        return refused(499, 'canceled', 'the client went away');
      case 'ok':
        break;
      default:
        read satisfies never;
    }
    const plain = isPlain ? read.bytes : await inflate(read.bytes);
    if (!(plain instanceof Uint8Array)) return plain;
    if (!isJson) return { kind: 'read', read: { body: plain, contentType: PROTO } };
    const message = await pool.run('pushFromJson', { json: plain });
    if (message.kind !== 'done') return NO_ROOM;
    if (!message.output.ok) return refused(400, 'invalid_argument', message.output.reason);
    const { message: body } = message.output;
    return { kind: 'read', read: { body, contentType: PROTO, jsonAnswer: '{}' } };
  }

  async function inflate(bytes: Uint8Array): Promise<Uint8Array | Ahead> {
    if (inflating >= MAX_INFLATING) return NO_ROOM;
    inflating++;
    const inflated = await inflateBounded(bytes, maxBodyBytes).finally(() => inflating--);
    switch (inflated.kind) {
      case 'ok':
        return inflated.bytes;
      case 'too-large':
        return tooLarge(`of more than ${maxBodyBytes} bytes`, maxBodyBytes);
      case 'truncated':
        return refused(400, 'invalid_argument', 'the gzip body ends too early');
      case 'malformed':
        return refused(400, 'invalid_argument', `the body is not gzip: ${inflated.reason}`);
      default:
        return inflated satisfies never;
    }
  }

  return {
    path: route.path,
    async answer(request, response) {
      const { announcedBytes } = shapeOf(request);
      const known = Number.isFinite(announcedBytes) ? announcedBytes : UNANNOUNCED_BYTES;
      const admitted = admission.enter(Math.min(known, maxBodyBytes));
      if (admitted === undefined) return refuseForNow(response, admission);
      try {
        const ahead = await readAhead(request);
        switch (ahead.kind) {
          case 'as-it-is':
            return await answerRpc(route, request, response);
          case 'read':
            return await answerRpc(route, request, response, ahead.read);
          case 'refused':
            return answerError(response, ahead.status, ahead.code, ahead.message);
          case 'no-room':
            return refuseForNow(response, admission);
          default:
            ahead satisfies never;
        }
      } finally {
        admitted.leave();
      }
    },
  };
}

type Ahead =
  | { readonly kind: 'as-it-is' }
  | { readonly kind: 'read'; readonly read: ReadRequest }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: PlainErrorCode;
      readonly message: string;
    }
  | { readonly kind: 'no-room' };

const NO_ROOM: Ahead = { kind: 'no-room' };
const PROTO = 'application/proto';

function refused(status: number, code: PlainErrorCode, message: string): Ahead {
  return { kind: 'refused', status, code, message };
}

function tooLarge(what: string, limitBytes: number): Ahead {
  return refused(429, 'resource_exhausted', `message ${what}; the limit is ${limitBytes}`);
}

/** What can be told of a body by its headers. */
function shapeOf({ headers, method }: HttpRequest) {
  const contentType = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  // gRPC compresses message by message, and an answer to anything but POST needs no body.
  const isConnect = method === 'POST' && /^application\/(json|proto)\b/i.test(contentType);
  return {
    isJson: isConnect && /^application\/json\b/i.test(contentType),
    isPlain: !isConnect || encoding === 'identity' || encoding === '',
    isGzip: isConnect && encoding === 'gzip',
    announcedBytes: Number(headers['content-length'] ?? Number.POSITIVE_INFINITY),
  };
}

/** Answers that there is no room for another body now. */
export function refuseForNow(response: HttpResponse, admission: Admission): void {
  const held = `${admission.pushesInFlight()} pushes of ${admission.bytesInFlight()} bytes`;
  const reason = `${held} are on their way to the store: there is no room for more`;
  answerError(response, 503, 'unavailable', reason, { 'retry-after': '1' });
}
