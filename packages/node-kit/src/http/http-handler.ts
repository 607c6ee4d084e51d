import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/**
 * A request of either protocol. Node gives HTTP/2 the same shape as HTTP/1.1 (its "compatibility
 * API"), and connect-node's adapter takes just that.
 */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/**
 * The response to it. The two protocols' ways to write have signatures that do not meet; these do,
 * and make the type that connect-node's adapter hands to its fallback.
 */
export type HttpResponse = (Omit<ServerResponse, 'write'> | Omit<Http2ServerResponse, 'write'>) & {
  write(chunk: string | Uint8Array, callback?: (error: Error | null | undefined) => void): boolean;
  write(
    chunk: string | Uint8Array,
    encoding: BufferEncoding,
    callback?: (error: Error | null | undefined) => void,
  ): boolean;
  writeHead(status: number, headers?: OutgoingHttpHeaders): unknown;
};

/** What a front door calls for each request. A rejection is answered with 500. */
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void | Promise<void>;

/** Answers with text, once, with its length. */
export function answerText(
  response: HttpResponse,
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  const body = Buffer.from(text);
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-length', body.byteLength);
  endResponse(response, body);
}

/** `end`, where the two protocols' types do not meet in one signature. */
export function endResponse(response: HttpResponse, body: Uint8Array | string = ''): void {
  if ('stream' in response) response.end(body);
  else response.end(body);
}

/** Whether nobody is left to take an answer. Node's responses of HTTP/2 do not say so themselves. */
export function isGone(response: HttpResponse): boolean {
  return 'stream' in response ? response.stream.destroyed : response.destroyed;
}

/** Whether a request was cut off: nothing more of its body comes, nor any event. */
export function isCutOff(request: HttpRequest): boolean {
  return 'stream' in request ? request.stream.destroyed : request.destroyed;
}
