import type { HttpRequest } from './http-handler.ts';

/**
 * Gives a request a host that a URL can have. connect-node makes a URL of path and host, and throws
 * where a client names none (HTTP/1.0) or one that no URL can have; its handlers look at neither.
 */
export function nameHost({ headers }: HttpRequest): void {
  const host = headers[':authority'] ?? headers.host;
  if (typeof host === 'string' && URL.canParse(`http://${host}`)) return;
  delete headers[':authority'];
  headers.host = 'localhost';
}
