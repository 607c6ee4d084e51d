import { Code, ConnectError } from '@connectrpc/connect';
import {
  endResponse,
  type HttpRequest,
  type HttpResponse,
  isCutOff,
  isGone,
  turnLine,
} from '@emberscope/node-kit';
import { clientGone } from './client-gone.ts';
import { compressed } from './encoded-answer.ts';
import type { RpcCall } from './rpc-routes.ts';

/*
 * The plainest way to call a method, which nearly all queries take: Connect over HTTP/1.1, a body of
 * known length that is not compressed, no time limit. The RPC library answers it for 1.5 ms of the
 * main thread; done by hand it takes a few reads of headers. Whatever is not quite that, and
 * everything that goes wrong, is left to the library, which is given what was read.
 */

/**
 * Answers a message, as it was sent, with the bytes of another; with undefined when it is no such
 * message. Throws ConnectErrors.
 */
export type QuickMethod = (body: Uint8Array, call: RpcCall) => Promise<Uint8Array | undefined>;

/** What the library has to go on with. */
export type QuickOutcome =
  | { readonly kind: 'answered' }
  /** The client has gone. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unread'; readonly body: Uint8Array }
  | { readonly kind: 'failed'; readonly error: ConnectError };

/** What is answered to each type of content. */
const ANSWER_TYPES: ReadonlyMap<string, string> = new Map([
  ['application/proto', 'application/proto'],
  ['application/json', 'application/json'],
  ['application/json; charset=utf-8', 'application/json; charset=utf-8'],
  ['application/json;charset=utf-8', 'application/json; charset=utf-8'],
]);

/** Headers that say more than this way knows. */
const OTHER_HEADERS = ['content-encoding', 'transfer-encoding', 'connect-timeout-ms'] as const;

/** The length of the body of a call that can be answered this way; undefined for any other. */
export function quickLength(request: HttpRequest, readMaxBytes: number): number | undefined {
  // HTTP/2 leaves it to us whether a body is as long as it was announced.
  if (request.httpVersionMajor !== 1 || request.method !== 'POST') return undefined;
  const { headers } = request;
  if (!ANSWER_TYPES.has(headers['content-type'] ?? '')) return undefined;
  if (OTHER_HEADERS.some((name) => headers[name] !== undefined)) return undefined;
  const length = headers['content-length'] ?? '';
  return /^\d{1,9}$/.test(length) && Number(length) <= readMaxBytes ? Number(length) : undefined;
}

export async function answerQuickly(
  answer: QuickMethod,
  request: HttpRequest,
  response: HttpResponse,
  lengthBytes: number,
): Promise<QuickOutcome> {
  const body = await wholeBody(request, lengthBytes);
  if (body === undefined) return { kind: 'gone' };
  const turn = turnLine.wait();
  if (turn !== undefined) await turn;
  if (isGone(response)) return { kind: 'gone' };
  const closed = new Promise<void>((resolve) => void response.once('close', resolve));
  const type = ANSWER_TYPES.get(request.headers['content-type'] ?? '') ?? '';
  try {
    const message = await answer(body, {
      signal: clientGone(response),
      header: (name) => textOf(request.headers[name]),
      encoding: type === 'application/proto' ? 'proto' : 'json',
      timeoutMillis: undefined,
      given: undefined,
    });
    if (message === undefined) return { kind: 'unread', body };
    const takesGzip = /\bgzip\b/.test(textOf(request.headers['accept-encoding']) ?? '');
    const bytes = takesGzip ? await compressed(message) : message;
    if (isGone(response)) return { kind: 'gone' };
    if (takesGzip) response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-length', bytes.byteLength);
    response.setHeader('content-type', type);
    endResponse(response, bytes);
  } catch (error) {
    if (isGone(response)) return { kind: 'gone' };
    const isKnown = error instanceof ConnectError;
    const known = isKnown
      ? error
      : new ConnectError('internal error', Code.Internal, undefined, undefined, error);
    return { kind: 'failed', error: known };
  }
  await closed;
  return { kind: 'answered' };
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header;
}

/** Undefined when the client went away. The front door bounds the time that it takes. */
function wholeBody(request: HttpRequest, lengthBytes: number): Promise<Uint8Array | undefined> {
  if (isCutOff(request)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks, lengthBytes)));
    const gone = () => resolve(undefined);
    request.on('aborted', gone);
    request.on('error', gone);
    request.on('close', gone);
  });
}
