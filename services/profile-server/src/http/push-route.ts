import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type {
  CancelSignal,
  Clock,
  HttpHandler,
  HttpRequest,
  HttpResponse,
} from '@emberscope/node-kit';
import { PusherService, PushResponseSchema } from '@emberscope/protocol/push';
import type { IngestService } from '../ingest/ingest-service.ts';
import { type Admission, noRoomReason } from './admission.ts';
import { clientGone } from './client-gone.ts';
import { answerEmpty, type EmptyAnswer, emptyAnswerTo } from './empty-answer.ts';
import { compressionOf, messageOfBody } from './message-of-body.ts';
import { type AdmittedBody, withAdmittedBody } from './read-admitted.ts';
import { errorOfPush, noRoomError, tooLargeError } from './rpc-errors.ts';
import { answerRpc, type GivenMessage, type RpcRoute, refuseRpc, rpcRoute } from './rpc-routes.ts';
import { TENANT_HEADER, type Tenancy } from './tenancy.ts';

export type PushRouteParts = {
  readonly ingest: IngestService;
  readonly admission: Admission;
  readonly tenancy: Tenancy;
  /** `-distributor.ingestion-body-limit-mb`, as bytes. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
};

/** `push.v1.PusherService/Push`, behind the admission of bodies. */
export type PushRoute = { readonly path: string; readonly answer: HttpHandler };

/** The library sees empty messages alone. */
const EMPTY_MAX_BYTES = 1024;

type CalledMessage = Exclude<GivenMessage, { readonly kind: 'refused' }>;

/**
 * The body is read here and its message goes to an ingest thread as it came: the RPC library would
 * copy, inflate and decode it on the main thread, which takes seconds for a body made to be slow.
 * The library is given an empty message and speaks the protocol.
 *
 * It has no part in a call of Connect's that goes well, which is nearly every push: its answer is
 * known beforehand. Errors are the library's to write.
 */
export function createPushRoute(parts: PushRouteParts): PushRoute {
  const { admission, maxBodyBytes: maxBytes, clock } = parts;
  const route = pushRpc(parts);
  return {
    path: route.path,
    async answer(request, response) {
      if (refuseRpc(route, request, response)) return;
      if (compressionOf(request) === 'unknown') return answerRpc(route, request, response);
      await withAdmittedBody(request, admission, { maxBytes, clock }, async (body) => {
        const given = givenBy(body, request, admission);
        if (given === undefined) return;
        const empty = given.kind === 'message' ? emptyAnswerTo(request) : undefined;
        if (given.kind === 'refused' || empty === undefined) {
          return answerRpc(route, request, response, given);
        }
        const error = await pushDirectly(parts, request, response, given, empty);
        if (error === undefined) return answerEmpty(response, empty);
        return answerRpc(route, request, response, { kind: 'refused', error });
      });
    },
  };
}

function pushRpc(parts: PushRouteParts): RpcRoute {
  const nothing = create(PushResponseSchema);
  return rpcRoute(
    PusherService.method.push,
    EMPTY_MAX_BYTES,
    async (_empty, { given, header, encoding, signal }) => {
      if (given === undefined) throw new Error('a push without a message of its own');
      const error = await push(parts, header(TENANT_HEADER), given, encoding, signal);
      if (error !== undefined) throw error;
      return { kind: 'message', message: nothing };
    },
    nothing,
  );
}

/** Undefined when everything is stored. */
async function push(
  { ingest, tenancy }: PushRouteParts,
  tenantHeader: string | undefined,
  { bytes, isGzip }: CalledMessage,
  encoding: 'proto' | 'json',
  signal: CancelSignal,
): Promise<ConnectError | undefined> {
  const tenant = tenancy.forWriting(tenantHeader);
  if (!tenant.ok) return new ConnectError(tenant.reason, Code.Unauthenticated);
  return errorOfPush(await ingest.push(tenant.tenant, { bytes, isGzip, encoding }, signal));
}

/** As {@link push}; a mistake of ours is an error too, as it is in the library. */
async function pushDirectly(
  parts: PushRouteParts,
  { headers }: HttpRequest,
  response: HttpResponse,
  message: CalledMessage,
  { encoding }: EmptyAnswer,
): Promise<ConnectError | undefined> {
  const tenant = headers[TENANT_HEADER];
  const tenantHeader = typeof tenant === 'object' ? tenant.join(', ') : tenant;
  try {
    return await push(parts, tenantHeader, message, encoding, clientGone(response));
  } catch (error) {
    return new ConnectError('internal error', Code.Internal, undefined, undefined, error);
  }
}

/** What the call is about; undefined when there is nobody to answer. */
export function givenBy(
  body: AdmittedBody,
  request: HttpRequest,
  admission: Admission,
): GivenMessage | undefined {
  switch (body.kind) {
    case 'ok':
      return messageOfBody(request, body.bytes);
    case 'too-large': {
      const announced = request.headers['content-length'];
      const sizeBytes = announced === undefined ? undefined : Number(announced);
      return { kind: 'refused', error: tooLargeError(sizeBytes, body.maxBytes) };
    }
    case 'timed-out': {
      const reason = `the body was not there within ${body.limitMillis} ms`;
      return { kind: 'refused', error: new ConnectError(reason, Code.DeadlineExceeded) };
    }
    case 'no-room':
      return { kind: 'refused', error: noRoomError(noRoomReason(admission)) };
    case 'aborted':
      return undefined;
    default:
      return body satisfies never;
  }
}
