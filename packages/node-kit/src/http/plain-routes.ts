import { answerText, endResponse, type HttpHandler } from './http-handler.ts';

export type PlainRoute = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The whole path, without a query: `/ready`. */
  readonly path: string;
  readonly handle: HttpHandler;
};

/**
 * Handles a table of exact paths. An unknown path is 404 with Go's text, a known one with another
 * method 405 without a body: both as Pyroscope answers. GET also answers HEAD.
 */
export function createPlainRoutes(routes: readonly PlainRoute[]): HttpHandler {
  const byPath = new Map<string, Map<string, HttpHandler>>();
  for (const { method, path, handle } of routes) {
    const byMethod = byPath.get(path) ?? new Map<string, HttpHandler>();
    if (byMethod.has(method)) throw new Error(`${method} ${path} is routed twice`);
    byPath.set(path, byMethod.set(method, handle));
  }

  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const byMethod = byPath.get(path);
    if (byMethod === undefined) {
      answerText(response, 404, '404 page not found\n');
      return;
    }
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    const handle = byMethod.get(method);
    if (handle !== undefined) return handle(request, response);
    response.statusCode = 405;
    endResponse(response);
  };
}
