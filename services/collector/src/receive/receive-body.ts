import { type Clock, type HttpRequest, readBody } from '@emberscope/node-kit';
import type { Ticket } from './admission.ts';
import { type Failure, REASON } from './failure.ts';

export type BodyLimits = {
  readonly maxBytes: number;
  readonly limitMillis: number;
  readonly clock: Clock;
};

export type ReceivedBody =
  | { readonly kind: 'body'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Nobody is there to be answered. */
  | { readonly kind: 'gone' };

/**
 * Reads a body within its limits and within what all requests may hold together. A length that is
 * announced is asked for at once, the bytes of a chunked body as they come.
 */
export async function receiveBody(
  request: HttpRequest,
  ticket: Ticket,
  limits: BodyLimits,
): Promise<ReceivedBody> {
  const announced = announcedBytes(request, limits.maxBytes);
  let isRefused = !ticket.grow(announced);
  if (isRefused) {
    request.resume();
    return { kind: 'failed', failure: overloaded('bytes of bodies') };
  }
  let seen = 0;
  const admit = (bytes: number) => {
    seen += bytes;
    const over = seen - announced;
    isRefused = over > 0 && !ticket.grow(Math.min(over, bytes));
    return !isRefused;
  };
  const read = await readBody(request, { ...limits, admit });
  switch (read.kind) {
    case 'ok':
      // `readBody` makes a buffer of its own for each body: it may change hands.
      return { kind: 'body', bytes: read.bytes as Uint8Array<ArrayBuffer> };
    case 'too-large':
      request.resume();
      return { kind: 'failed', failure: tooLarge(limits.maxBytes) };
    case 'timed-out': {
      const message = `the body did not come within ${read.limitMillis} ms`;
      return { kind: 'failed', failure: { kind: 'too-slow', message } };
    }
    case 'aborted':
      if (!isRefused) return { kind: 'gone' };
      return { kind: 'failed', failure: overloaded('bytes of bodies') };
    default:
      return read satisfies never;
  }
}

export function tooLarge(maxBytes: number): Failure {
  const message = `request body too large: the limit is ${maxBytes} bytes`;
  return { kind: 'too-large', message, reason: REASON.bodyTooLarge };
}

export function overloaded(what: string): Failure {
  return {
    kind: 'overloaded',
    message: `as many ${what} are under way as may be; try again`,
    retryAfterSeconds: OVERLOAD_RETRY_SECONDS,
  };
}

/** What is under way ends within the time limit of a delivery, and mostly in milliseconds. */
const OVERLOAD_RETRY_SECONDS = 1;

/** 0 where it is not said, or where the answer is 413 anyway. */
function announcedBytes(request: HttpRequest, maxBytes: number): number {
  const text = request.headers['content-length'];
  const bytes = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return bytes <= maxBytes ? bytes : 0;
}
