import type { DescMethodUnary, MessageShape } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ContextValues,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import { endResponse, type HttpRequest, type HttpResponse } from '@emberscope/node-kit';
import { withEncodedMessage } from './encoded-answer.ts';
import { answerError } from './plain-error.ts';
import { asRefusal } from './unread-request.ts';

/** One method and what it does. */
export type RpcRoute = {
  readonly path: string;
  /** Bytes of a request message. More is `resource_exhausted`. */
  readonly readMaxBytes: number;
  readonly handler: UniversalHandler;
};

/** What the request handlers of one call share. */
export type RpcCall = {
  readonly signal: AbortSignal;
  readonly header: (name: string) => string | undefined;
  /** How the client wants the answer's message. */
  readonly encoding: 'proto' | 'json';
  /** Until when the client waits, if it says so. */
  readonly timeoutMillis: number | undefined;
};

/** The message of an answer: a message to be encoded here, or one that a worker has encoded. */
export type RpcAnswer<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array };

/** What a handler leaves behind beside its answer, one for each call. */
type Slot = {
  /** The message was read, and a handler is or was at work. */
  isCalled: boolean;
  encoded: Uint8Array | undefined;
};
const slotKey = createContextKey<Slot>({ isCalled: false, encoded: undefined });

/** The longest that a client may ask us to work on one call. */
const MAX_TIMEOUT_MILLIS = 3_600_000;

/**
 * One method, spoken in Connect, gRPC and gRPC-Web. What `answer` throws reaches the client when it
 * is a ConnectError, and as `internal` otherwise.
 */
export function rpcRoute<Method extends DescMethodUnary>(
  method: Method,
  readMaxBytes: number,
  answer: (
    request: MessageShape<Method['input']>,
    call: RpcCall,
  ) => Promise<RpcAnswer<MessageShape<Method['output']>>>,
  empty: MessageShape<Method['output']>,
): RpcRoute {
  const router = createConnectRouter({
    readMaxBytes,
    acceptCompression: [compressionGzip],
    compressMinBytes: 0,
    maxTimeoutMs: MAX_TIMEOUT_MILLIS,
    jsonOptions: { ignoreUnknownFields: true },
  });
  const run = async (request: MessageShape<Method['input']>, context: HandlerContext) => {
    const slot = context.values.get(slotKey);
    slot.isCalled = true;
    const done = await answer(request, callOf(context));
    if (done.kind === 'message') return done.message;
    slot.encoded = done.bytes;
    return empty;
  };
  // The router's type asks for an implementation by the kind of method, which a type parameter hides.
  router.rpc(method, run as never);
  const [handler] = router.handlers;
  if (handler === undefined) throw new Error(`${method.name} has no handler`);
  return { path: handler.requestPath, readMaxBytes, handler };
}

function callOf(context: HandlerContext): RpcCall {
  const type = context.requestHeader.get('content-type') ?? '';
  return {
    signal: context.signal,
    header: (name) => context.requestHeader.get(name) ?? undefined,
    encoding: /json/i.test(type) ? 'json' : 'proto',
    timeoutMillis: context.timeoutMs(),
  };
}

/** What clients may send: told to those who sent something else. */
const ACCEPT_POST =
  'application/grpc, application/grpc+json, application/grpc+json; charset=utf-8, application/grpc+proto, application/grpc-web, application/grpc-web+json, application/grpc-web+json; charset=utf-8, application/grpc-web+proto, application/json, application/json; charset=utf-8, application/proto';

/** The body of a request that was read already. */
export type ReadRequest = {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** The answer of a call that came as JSON and was made binary on its way. */
  readonly jsonAnswer?: string;
};

/**
 * Answers one call. With `read`, that is the body instead of the request's own.
 */
export async function answerRpc(
  route: RpcRoute,
  request: HttpRequest,
  response: HttpResponse,
  read?: ReadRequest,
): Promise<void> {
  if (request.method !== 'POST') {
    response.statusCode = 405;
    response.setHeader('allow', 'POST');
    endResponse(response);
    return;
  }
  const contentType = request.headers['content-type'] ?? '';
  if (contentType === '' || !route.handler.supportedContentType(contentType)) {
    response.statusCode = 415;
    response.setHeader('accept-post', ACCEPT_POST);
    endResponse(response);
    return;
  }
  const version = request.headers['connect-protocol-version'];
  if (version !== undefined && version !== '1' && !contentType.startsWith('application/grpc')) {
    const message = `Connect-Protocol-Version must be "1": got "${version}"`;
    answerError(response, 400, 'invalid_argument', message);
    return;
  }
  const slot: Slot = { isCalled: false, encoded: undefined };
  const values: ContextValues = createContextValues().set(slotKey, slot);
  try {
    const asked = universalRequestFromNodeRequest(request, response, undefined, values);
    const given = read === undefined ? asked : { ...asked, ...replacement(asked.header, read) };
    const answer = await route.handler(given);
    const judged = slot.isCalled ? answer : await asRefusal(answer);
    if (read?.jsonAnswer !== undefined && judged.status === 200) {
      slot.encoded = new TextEncoder().encode(read.jsonAnswer);
      judged.header?.set('content-type', 'application/json');
    }
    if (JSON_WITH_CHARSET.test(contentType) && judged.status === 200) {
      judged.header?.set('content-type', 'application/json; charset=utf-8');
    }
    const whole =
      slot.encoded === undefined || judged.status !== 200
        ? judged
        : await withEncodedMessage(judged, slot.encoded, acceptsGzip(request));
    // The library waits for an event that Node's responses do not have: it never comes back.
    await Promise.race([universalResponseToNodeResponse(whole, response), closeOf(response)]);
  } catch (error) {
    // Whoever went away in the middle needs no answer; anything else is the door's to report.
    if (!isGone(error)) throw error;
  }
}

/** Clients that name the character set hear it back. */
const JSON_WITH_CHARSET = /^application\/json\s*;\s*charset=utf-8$/i;

function replacement(header: Headers, { body, contentType }: ReadRequest) {
  const replaced = new Headers(header);
  replaced.set('content-type', contentType);
  replaced.delete('content-encoding');
  replaced.delete('content-length');
  return { header: replaced, body: once(body) };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function acceptsGzip({ headers }: HttpRequest): boolean {
  return /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
}

/** Comes when all of an answer was handed over, or nobody is left to take it. */
function closeOf(response: HttpResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', resolve);
  });
}

function isGone(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  return code === Code.Aborted || code === Code.Canceled;
}
