import { Code, ConnectError } from '@connectrpc/connect';
import type { PushVerdict } from '../ingest/ingest-service.ts';
import type { QueryAnswer, QueryErrorCode } from '../query/query-call.ts';
import { BODY_TOO_LARGE, REASON_HEADER } from './plain-error.ts';

const CODES: Readonly<Record<QueryErrorCode, Code>> = {
  invalid_argument: Code.InvalidArgument,
  unknown: Code.Unknown,
  not_found: Code.NotFound,
  resource_exhausted: Code.ResourceExhausted,
  deadline_exceeded: Code.DeadlineExceeded,
  canceled: Code.Canceled,
  unavailable: Code.Unavailable,
  unimplemented: Code.Unimplemented,
  internal: Code.Internal,
};

/**
 * Messages repeat what a client sent, which may be a thousand labels. In gRPC a message is a header
 * in which a byte may take three, and headers of more than 16 KiB break the stream.
 */
const MESSAGE_MAX_BYTES = 5_000;

/** An error that every protocol can carry, however long its message. */
export function shortError(
  message: string,
  code: Code,
  headers?: Record<string, string>,
): ConnectError {
  const bytes = Buffer.from(message);
  const isShort = bytes.length <= MESSAGE_MAX_BYTES;
  const text = isShort ? message : `${bytes.toString('utf8', 0, MESSAGE_MAX_BYTES)} … (cut)`;
  return new ConnectError(text, code, headers);
}

/** How a query that was not answered ends for the client. */
export function errorOfQuery(answer: Extract<QueryAnswer, { readonly ok: false }>): ConnectError {
  const { code, message, retryAfterSeconds, cause } = answer;
  const headers = cause === undefined ? {} : { [REASON_HEADER]: cause };
  return shortError(message, CODES[code], { ...headers, ...retryAfter(retryAfterSeconds) });
}

/** How a Push that was not taken whole ends for the client; undefined when it was. */
export function errorOfPush(verdict: PushVerdict): ConnectError | undefined {
  switch (verdict.kind) {
    case 'stored':
      return undefined;
    case 'refused': {
      const { refusal } = verdict;
      if (refusal.cause === 'series_limit') {
        return shortError(refusal.reason, Code.ResourceExhausted);
      }
      return refusal.kind === 'malformed'
        ? shortError(refusal.reason, Code.Unknown, { [REASON_HEADER]: refusal.cause })
        : shortError(refusal.reason, Code.InvalidArgument);
    }
    case 'rate-limited':
      return shortError(verdict.reason, Code.ResourceExhausted, retryAfter(1));
    case 'unavailable':
      return shortError(verdict.reason, Code.Unavailable, retryAfter(verdict.retryAfterSeconds));
    case 'too-large':
      return tooLargeError(undefined, verdict.limitBytes);
    case 'cancelled':
      return shortError('the client went away', Code.Canceled);
    default:
      return verdict satisfies never;
  }
}

/** In Pyroscope's words, as far as the size is known. */
export function tooLargeError(sizeBytes: number | undefined, limitBytes: number): ConnectError {
  const size = sizeBytes === undefined ? '' : `size ${sizeBytes} `;
  const message = `message ${size}is larger than configured max ${limitBytes}`;
  return shortError(message, Code.ResourceExhausted, { [REASON_HEADER]: BODY_TOO_LARGE });
}

export function noRoomError(reason: string): ConnectError {
  return shortError(reason, Code.Unavailable, retryAfter(1));
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': `${seconds}` };
}
