import { Code, ConnectError } from '@connectrpc/connect';
import type { HttpRequest } from '@emberscope/node-kit';
import type { GivenMessage } from './rpc-routes.ts';

const ENVELOPE_BYTES = 5;
const COMPRESSED_FLAG = 1;

/**
 * How the message in a request's body may be compressed, by its headers. `unknown` is for the RPC
 * library to refuse, which needs no body for that.
 */
export function compressionOf({ headers }: HttpRequest): 'none' | 'gzip' | 'unknown' {
  const name = isEnveloped(headers['content-type']) ? 'grpc-encoding' : 'content-encoding';
  const encoding = headers[name] ?? '';
  if (encoding === '' || encoding === 'identity') return 'none';
  return encoding === 'gzip' ? 'gzip' : 'unknown';
}

/** Takes the one message of a unary call out of its body: of Connect, gRPC or gRPC-Web. */
export function messageOfBody(request: HttpRequest, body: Uint8Array): GivenMessage {
  const isGzip = compressionOf(request) === 'gzip';
  if (!isEnveloped(request.headers['content-type'])) {
    // The library takes a body without a byte for an empty message, gzip or not.
    return { kind: 'message', bytes: body, isGzip: isGzip && body.length > 0 };
  }
  if (body.length < ENVELOPE_BYTES) {
    return refused(`a body of ${body.length} bytes has no message; its envelope alone has 5`);
  }
  const announcedBytes = new DataView(body.buffer, body.byteOffset).getUint32(1);
  const bytes = body.subarray(ENVELOPE_BYTES);
  if (announcedBytes !== bytes.length) {
    return refused(
      `the envelope announces ${announcedBytes} bytes and ${bytes.length} follow; a call is one message`,
    );
  }
  const isCompressed = ((body[0] ?? 0) & COMPRESSED_FLAG) !== 0;
  if (isCompressed && !isGzip)
    return refused('the message is compressed and no grpc-encoding named');
  return { kind: 'message', bytes, isGzip: isCompressed && bytes.length > 0 };
}

function isEnveloped(contentType = ''): boolean {
  return contentType.startsWith('application/grpc');
}

function refused(reason: string): GivenMessage {
  return { kind: 'refused', error: new ConnectError(reason, Code.InvalidArgument) };
}
