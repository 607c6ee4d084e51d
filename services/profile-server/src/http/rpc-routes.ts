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
import {
  type CancelSignal,
  endResponse,
  type HttpRequest,
  type HttpResponse,
  isGone,
  nameHost,
  turnLine,
} from '@emberscope/node-kit';
import { frame, withEncodedMessage } from './encoded-answer.ts';
import { answerError } from './plain-error.ts';
import { answerQuickly, type QuickMethod, quickLength } from './quick-call.ts';
import { asRefusal } from './unread-request.ts';

/** One method and what it does. */
export type RpcRoute = {
  readonly path: string;
  /** Bytes of a request message. More is `resource_exhausted`. */
  readonly readMaxBytes: number;
  readonly handler: UniversalHandler;
  /** For methods whose answers come encoded: how the plainest calls are answered. */
  readonly quick?: QuickMethod;
};

/** What the request handlers of one call share. */
export type RpcCall = {
  readonly signal: CancelSignal;
  readonly header: (name: string) => string | undefined;
  /** How the client wants the answer's message. */
  readonly encoding: 'proto' | 'json';
  /** Until when the client waits, if it says so. */
  readonly timeoutMillis: number | undefined;
  /** What `answerRpc` was given; the message that the library has read is then empty. */
  readonly given: Exclude<GivenMessage, { readonly kind: 'refused' }> | undefined;
};

/** The message of an answer: a message to be encoded here, or one that a worker has encoded. */
export type RpcAnswer<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array };

/** A request's message that was taken out of its body here, for a handler that reads it elsewhere. */
export type GivenMessage =
  | { readonly kind: 'message'; readonly bytes: Uint8Array; readonly isGzip: boolean }
  /** The call ends with this. */
  | { readonly kind: 'refused'; readonly error: ConnectError };

/** What a handler leaves behind beside its answer, one for each call. */
type Slot = {
  /** The message was read, and a handler is or was at work. */
  isCalled: boolean;
  encoded: Uint8Array | undefined;
  readonly given: GivenMessage | undefined;
};
const slotKey = createContextKey<Slot>({ isCalled: false, encoded: undefined, given: undefined });

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
    if (slot.given?.kind === 'refused') throw slot.given.error;
    const done = await answer(request, callOf(context, slot.given)).catch((error: unknown) => {
      throw outOfTime(context.signal) ?? error;
    });
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

/** The same of a method whose answers are encoded elsewhere, where its plainest calls are read too. */
export function encodedRpcRoute<Method extends DescMethodUnary>(
  method: Method,
  readMaxBytes: number,
  answer: (request: MessageShape<Method['input']>, call: RpcCall) => Promise<Uint8Array>,
  empty: MessageShape<Method['output']>,
  quick: QuickMethod,
): RpcRoute {
  const route = rpcRoute(
    method,
    readMaxBytes,
    async (request, call) => ({ kind: 'encoded', bytes: await answer(request, call) }),
    empty,
  );
  return { ...route, quick };
}

/**
 * That a client's time is up. Whoever is told to stop does not know why, and would say that the
 * client has gone.
 */
function outOfTime({ reason }: AbortSignal): ConnectError | undefined {
  const isIt = reason instanceof ConnectError && reason.code === Code.DeadlineExceeded;
  return isIt ? reason : undefined;
}

function callOf(context: HandlerContext, given: RpcCall['given']): RpcCall {
  const type = context.requestHeader.get('content-type') ?? '';
  return {
    signal: context.signal,
    header: (name) => context.requestHeader.get(name) ?? undefined,
    encoding: isJson(type) ? 'json' : 'proto',
    timeoutMillis: context.timeoutMs(),
    given,
  };
}

/** What clients may send: told to those who sent something else. */
const ACCEPT_POST =
  'application/grpc, application/grpc+json, application/grpc+json; charset=utf-8, application/grpc+proto, application/grpc-web, application/grpc-web+json, application/grpc-web+json; charset=utf-8, application/grpc-web+proto, application/json, application/json; charset=utf-8, application/proto';

/** Answers a request that no method could take, whatever is in it. False when there is no such thing. */
export function refuseRpc(route: RpcRoute, request: HttpRequest, response: HttpResponse): boolean {
  const contentType = request.headers['content-type'] ?? '';
  const version = request.headers['connect-protocol-version'];
  if (request.method !== 'POST') {
    response.statusCode = 405;
    response.setHeader('allow', 'POST');
    endResponse(response);
    return true;
  }
  const isText = contentType.startsWith('application/grpc-web-text');
  if (contentType === '' || isText || !route.handler.supportedContentType(contentType)) {
    response.statusCode = 415;
    response.setHeader('accept-post', ACCEPT_POST);
    endResponse(response);
    return true;
  }
  if (version !== undefined && version !== '1' && !contentType.startsWith('application/grpc')) {
    const message = `Connect-Protocol-Version must be "1": got "${version}"`;
    answerError(response, 400, 'invalid_argument', message);
    return true;
  }
  return false;
}

/** Answers one call. With `given`, that stands for the request's body. */
export async function answerRpc(
  route: RpcRoute,
  request: HttpRequest,
  response: HttpResponse,
  given?: GivenMessage,
): Promise<void> {
  if (refuseRpc(route, request, response)) return;
  // Clients of the Connect protocol learn from answers what requests may be compressed with.
  if (!isEnveloped(request.headers['content-type'])) {
    response.setHeader('accept-encoding', 'gzip');
  }
  const { quick, readMaxBytes } = route;
  const length = given === undefined ? quickLength(request, readMaxBytes) : undefined;
  if (quick === undefined || length === undefined) {
    await answerWithLibrary(route, request, response, given, undefined);
    return;
  }
  const quickly = await answerQuickly(quick, request, response, length);
  switch (quickly.kind) {
    case 'answered':
    case 'gone':
      return;
    case 'unread':
      return answerWithLibrary(route, request, response, undefined, quickly.body);
    case 'failed': {
      const failed = { kind: 'refused', error: quickly.error } as const;
      return answerWithLibrary(route, request, response, failed, undefined);
    }
    default:
      quickly satisfies never;
  }
}

/** `body` is what was read of the request already, if it was. */
async function answerWithLibrary(
  route: RpcRoute,
  request: HttpRequest,
  response: HttpResponse,
  given: GivenMessage | undefined,
  body: Uint8Array | undefined,
): Promise<void> {
  // It takes 1.5 ms of each call, and all that are refused for want of room come here at once.
  const turn = turnLine.wait();
  if (turn !== undefined) await turn;
  if (isGone(response)) return;
  const contentType = request.headers['content-type'] ?? '';
  const slot: Slot = { isCalled: false, encoded: undefined, given };
  const values: ContextValues = createContextValues().set(slotKey, slot);
  nameHost(request);
  try {
    const fromNode = universalRequestFromNodeRequest(request, response, undefined, values);
    const asked = body === undefined ? fromNode : { ...fromNode, body: once(body) };
    const answer = await route.handler(
      given === undefined ? asked : { ...asked, ...withoutMessage(asked.header, contentType) },
    );
    const judged = slot.isCalled ? answer : await asRefusal(answer);
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
    if (!isOfGoneClient(error)) throw error;
  }
}

// Node loads what stands behind this class at its first use, which takes 30 ms: not in a request.
new Headers();

/** Clients that name the character set hear it back. */
const JSON_WITH_CHARSET = /^application\/json\s*;\s*charset=utf-8$/i;

/** A body with an empty message, in the words of each protocol, so that the library goes on to the handler. */
function withoutMessage(header: Headers, contentType: string) {
  const changed = new Headers(header);
  changed.delete('content-encoding');
  changed.delete('content-length');
  const empty = isJson(contentType) ? Buffer.from('{}') : new Uint8Array(0);
  return { header: changed, body: once(isEnveloped(contentType) ? frame(empty, false) : empty) };
}

/** gRPC and gRPC-Web, which have headers of their own around each message. */
function isEnveloped(contentType = ''): boolean {
  return contentType.startsWith('application/grpc');
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function isJson(contentType: string): boolean {
  return /json/i.test(contentType);
}

function acceptsGzip({ headers }: HttpRequest): boolean {
  return /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
}

/** Comes when all of an answer was handed over, or nobody is left to take it. */
function closeOf(response: HttpResponse): Promise<void> {
  return new Promise((resolve) => {
    if (isGone(response)) resolve();
    else response.once('close', resolve);
  });
}

function isOfGoneClient(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  return code === Code.Aborted || code === Code.Canceled;
}
