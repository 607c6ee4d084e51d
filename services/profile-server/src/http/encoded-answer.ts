import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';

const gzipOnThread = promisify(gzip);

/**
 * Puts a message that a worker has encoded in the place of the empty one that an RPC's handler
 * returned. The library has done all the rest by then: it chose protocol and compression, and wrote
 * headers and trailers.
 *
 *     Connect       {}                          →  the message, gzip when the client takes it
 *     gRPC          [flag, length, ""]          →  [flag, length, message], then the trailers
 *     gRPC-Web      [flag, length, ""][trailers] → the same in the first frame alone
 *
 * Compressing happens on zlib's threads.
 */
export async function withEncodedMessage(
  answer: UniversalServerResponse,
  message: Uint8Array,
  acceptsGzip: boolean,
): Promise<UniversalServerResponse> {
  const header = new Headers(answer.header);
  const type = header.get('content-type') ?? '';
  if (!type.startsWith('application/grpc')) {
    const body = acceptsGzip ? await compressed(message) : message;
    if (acceptsGzip) header.set('content-encoding', 'gzip');
    else header.delete('content-encoding');
    header.set('content-length', `${body.byteLength}`);
    await drain(answer.body);
    return { ...answer, header, body: chunks([body]) };
  }
  const isCompressed = header.get('grpc-encoding') === 'gzip';
  const body = isCompressed ? await compressed(message) : message;
  return { ...answer, header, body: inFirstFrame(answer.body, body, isCompressed) };
}

/** Level 1: answers cross a network once, and flame graphs shrink to a quarter already. */
export function compressed(message: Uint8Array): Promise<Uint8Array> {
  return gzipOnThread(message, { level: constants.Z_BEST_SPEED });
}

const FRAME_HEADER_BYTES = 5;
const COMPRESSED_FLAG = 1;
const TRAILER_FLAG = 0x80;

/** gRPC's envelope around one short message. */
export function frame(body: Uint8Array, isCompressed: boolean): Uint8Array {
  return Buffer.concat([frameHeader(body, isCompressed), body]);
}

function frameHeader(body: Uint8Array, isCompressed: boolean): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  header[0] = isCompressed ? COMPRESSED_FLAG : 0;
  new DataView(header.buffer).setUint32(1, body.byteLength);
  return header;
}

/** The message as it is, behind its header: copied next to it, 10 MB would take a turn of 10 ms. */
async function* inFirstFrame(
  body: AsyncIterable<Uint8Array> | undefined,
  message: Uint8Array,
  isCompressed: boolean,
): AsyncIterable<Uint8Array> {
  yield frameHeader(message, isCompressed);
  yield message;
  for await (const chunk of body ?? []) {
    const flags = chunk[0] ?? 0;
    if ((flags & TRAILER_FLAG) !== 0) yield chunk;
  }
}

async function* chunks(list: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* list;
}

async function drain(body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  for await (const _ of body ?? []) {
    // The empty message is of no use, but its iterator ends the handler's context.
  }
}
