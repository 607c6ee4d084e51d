import { promisify } from 'node:util';
import { gunzip, type ZlibOptions } from 'node:zlib';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';

const inflated = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
/** The library's own sentence, of which it tells what it could not read. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** The Connect protocol's and gRPC's words for a mistake of the server's, and of the client's. */
const INTERNAL = { code: 'internal', grpcStatus: '13' };
const INVALID = { code: 'invalid_argument', grpcStatus: '3', httpStatus: 400 };

/**
 * The answer to a request whose message could not be read. The library calls bytes that are no
 * protobuf an error of the server's; they are the client's, and sending them again cannot help.
 * Only for answers that no handler had a part in.
 */
export async function asRefusal(answer: UniversalServerResponse): Promise<UniversalServerResponse> {
  const { trailer } = answer;
  if (trailer?.get('grpc-status') === INTERNAL.grpcStatus) {
    trailer.set('grpc-status', INVALID.grpcStatus);
    return answer;
  }
  if (answer.status !== 500 || answer.body === undefined) return answer;
  const parts: Uint8Array[] = [];
  for await (const chunk of answer.body) parts.push(chunk);
  const sent = Buffer.concat(parts);
  const isGzip = answer.header?.get('content-encoding') === 'gzip';
  const plain = isGzip ? await inflated(sent, { maxOutputLength: MAX_ERROR_BYTES }) : sent;
  const error: unknown = JSON.parse(plain.toString());
  const isInternal = typeof error === 'object' && error !== null && 'code' in error;
  const body = Buffer.from(
    JSON.stringify(isInternal ? { ...error, code: INVALID.code } : { code: INVALID.code }),
  );
  const header = new Headers(answer.header);
  header.delete('content-encoding');
  header.set('content-length', `${body.byteLength}`);
  return { ...answer, status: INVALID.httpStatus, header, body: once(body) };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
