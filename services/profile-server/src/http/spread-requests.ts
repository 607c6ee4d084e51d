import type { HttpHandler, HttpRequest, HttpResponse } from '@emberscope/node-kit';

/** Half of what a turn of the event loop may take: the last request of a turn may be a slow one. */
const TURN_MAX_MILLIS = 20;

export type SpreadParts = {
  readonly monotonicMillis: () => number;
  /** Runs something in the next turn: `setImmediate`. */
  readonly nextTurn: (run: () => void) => void;
};

/**
 * Begins only as many requests in one turn of the event loop as fit into {@link TURN_MAX_MILLIS};
 * the others begin in later turns, in their order. A hundred clients that ask at the same moment
 * are otherwise one turn, since Node reads all of their sockets in one go.
 */
export function spreadRequests(
  handler: HttpHandler,
  { monotonicMillis, nextTurn }: SpreadParts,
): HttpHandler {
  /** As long as connections and streams are, which the front door limits. */
  const waiting: (() => void)[] = [];
  let turnStartMillis: number | undefined;

  function endTurn(): void {
    turnStartMillis = undefined;
    let begun = 0;
    while (begun < waiting.length && hasTime()) waiting[begun++]?.();
    waiting.splice(0, begun);
  }

  /** The first to ask in a turn sees to its end. */
  function hasTime(): boolean {
    const nowMillis = monotonicMillis();
    if (turnStartMillis === undefined) {
      turnStartMillis = nowMillis;
      nextTurn(endTurn);
    }
    return nowMillis - turnStartMillis < TURN_MAX_MILLIS;
  }

  return (request, response) => {
    if (waiting.length === 0 && hasTime()) return handler(request, response);
    return new Promise((resolve, reject) => {
      waiting.push(() => begin(handler, request, response).then(resolve, reject));
    });
  };
}

async function begin(
  handler: HttpHandler,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  // Whoever has gone meanwhile needs no answer.
  if (!response.destroyed) await handler(request, response);
}
