import type { Duplex } from 'node:stream';
import type { FrontDoorObserver } from './front-door-event.ts';
import type { FrontDoorLimits } from './front-door-limits.ts';
import {
  answerText,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from './http-handler.ts';

/** What stands behind the front door for one protocol: a server of Node's that never listens. */
export type ProtocolSide = {
  /** Takes a connection over, from its first byte on. */
  accept(socket: Duplex): void;
  runningRequests(): number;
  /** From now on a connection ends as soon as it has no request. May be called again. */
  closeIdle(): void;
  /** Forgets timers. Connections are the front door's to destroy. */
  dispose(): void;
};

export type ProtocolSideParts = {
  readonly handler: HttpHandler;
  readonly limits: FrontDoorLimits;
  readonly observe: FrontDoorObserver;
};

/**
 * Calls the handler so that nothing it does ends the process: what it throws, at once or later,
 * goes to the observer and becomes a 500, or a broken connection if the answer has begun.
 */
export function runHandler(
  { handler, observe }: ProtocolSideParts,
  request: HttpRequest,
  response: HttpResponse,
): void {
  const onFailure = (error: unknown) => {
    observe({ kind: 'handler-failed', error });
    if (response.headersSent) destroyResponse(response);
    else answerText(response, 500, 'internal error\n');
  };
  try {
    const running = handler(request, response);
    if (running !== undefined) running.catch(onFailure);
  } catch (error) {
    onFailure(error);
  }
}

function destroyResponse(response: HttpResponse): void {
  if ('stream' in response) response.stream.destroy();
  else response.destroy();
}
