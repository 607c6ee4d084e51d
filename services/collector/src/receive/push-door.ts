import {
  Code,
  ConnectError,
  createConnectRouter,
  createContextKey,
  createContextValues,
} from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import { type HttpHandler, type HttpRequest, nameHost } from '@emberscope/node-kit';
import { PusherService } from '@emberscope/protocol/push';
import { FAILURE_ANSWERS, type Failure, failureHeaders } from './failure.ts';
import { tenantOf } from './ingest-door.ts';
import type { Outcome, Passage, PassageTicket } from './passage.ts';
import type { PushJob } from './prepare/prepare-jobs.ts';
import { receiveBody } from './receive-body.ts';

export const PUSH_PATH = '/push.v1.PusherService/Push';

/**
 * `Push` over Connect, gRPC and gRPC-Web.
 *
 * connect-node would decode the whole message on this thread, and base64 of a large profile takes
 * seconds. So it is shown an empty message of the same protocol in place of the body: headers,
 * codings and answers are its business, the body goes to a thread as it came.
 */
export function createPushHandler(passage: Passage): HttpHandler {
  const router = createConnectRouter({ acceptCompression: [compressionGzip] });
  router.service(PusherService, {
    async push(_empty, context) {
      const request = context.values.get(requestKey);
      if (request === undefined) throw new Error('a push without its request');
      const outcome = await Promise.race([
        passage.pass('push', (ticket) => take(passage, ticket, request)),
        abortOf(context.signal),
      ]);
      if (outcome.kind === 'failed') throw asConnectError(outcome.failure);
      if (outcome.kind === 'gone') throw new ConnectError('the agent went away', Code.Canceled);
      return {};
    },
  });
  const [handle] = router.handlers;
  if (handle === undefined) throw new Error('the service has no method');

  return async (request, response) => {
    const values = createContextValues().set(requestKey, request);
    nameHost(request);
    const given = universalRequestFromNodeRequest(request, response, undefined, values);
    const answer = await handle(withEmptyMessage(given, framingOf(request)));
    // Connect reads no body of what it refuses by its headers; a client may still be sending it.
    request.resume();
    if (answer.status === 405) response.setHeader('allow', 'POST');
    await universalResponseToNodeResponse(answer, response);
  };
}

/** The client's own time limit. What is under way goes on to its end, and is counted there. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(ConnectError.from(signal.reason, Code.Canceled)),
      {
        once: true,
      },
    );
  });
}

const requestKey = createContextKey<HttpRequest | undefined>(undefined);

function withEmptyMessage(
  given: UniversalServerRequest,
  framing: PushJob['framing'],
): UniversalServerRequest {
  const header = new Headers(given.header);
  header.delete('content-length');
  // Only what we can undo: of any other coding Connect says that it does not know it.
  if (header.get('content-encoding') === 'gzip') header.delete('content-encoding');
  const text = isJson(header.get('content-type')) ? '{}' : '';
  const frame = framing === 'grpc' ? `\0\0\0\0${String.fromCharCode(text.length)}` : '';
  return { ...given, header, body: onlyChunk(Buffer.from(frame + text)) };
}

async function* onlyChunk(chunk: Uint8Array): AsyncIterable<Uint8Array> {
  yield chunk;
}

async function take(
  passage: Passage,
  ticket: PassageTicket,
  request: HttpRequest,
): Promise<Outcome> {
  const received = await receiveBody(request, ticket, passage.bodyLimits);
  if (received.kind !== 'body') return received;
  ticket.received(received.bytes.length);
  const framing = framingOf(request);
  const prepared = await passage.prepare.push({
    framing,
    isJson: isJson(request.headers['content-type']),
    isGzipped:
      request.headers[framing === 'grpc' ? 'grpc-encoding' : 'content-encoding'] === 'gzip',
    body: received.bytes,
  });
  switch (prepared.kind) {
    case 'nothing':
      return prepared;
    case 'refused':
      return { kind: 'failed', failure: prepared.failure };
    case 'push':
      return ticket.deliver({ kind: 'push', body: prepared.body, tenant: tenantOf(request) });
    case 'forward':
      throw new Error('a push is never forwarded');
    default:
      return prepared satisfies never;
  }
}

function framingOf(request: HttpRequest): PushJob['framing'] {
  return request.headers['content-type']?.startsWith('application/grpc') ? 'grpc' : 'bare';
}

/** `application/json; charset=utf-8`, `application/grpc+json`, `application/grpc-web+json`. */
function isJson(contentType: string | null | undefined): boolean {
  return /^application\/(?:grpc(?:-web)?\+)?json\b/i.test(contentType ?? '');
}

function asConnectError(failure: Failure): ConnectError {
  const { code } = FAILURE_ANSWERS[failure.kind];
  return new ConnectError(failure.message, code, failureHeaders(failure));
}
