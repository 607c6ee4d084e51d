import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  isGone,
  type TurnLine,
} from '@emberscope/node-kit';

/**
 * Begins only as many requests in one turn of the event loop as fit into it; the others begin in
 * later turns, in their order. A hundred clients that ask at the same moment are otherwise one turn,
 * since Node reads all of their sockets in one go.
 *
 * As many wait as there are connections and streams, which the front door limits.
 */
export function spreadRequests(handler: HttpHandler, turns: TurnLine): HttpHandler {
  return (request, response) => {
    const turn = turns.wait();
    return turn === undefined
      ? handler(request, response)
      : turn.then(() => begin(handler, request, response));
  };
}

async function begin(
  handler: HttpHandler,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  // Whoever has gone meanwhile needs no answer.
  if (!isGone(response)) await handler(request, response);
}
