import type { RequestListener } from 'node:http';
import { after } from 'node:test';
import { pino } from 'pino';
import { type HttpServer, startHttpServer } from '../http/http-server.ts';

/** Says nothing. */
export const quietLog = pino({ level: 'silent' });

/** A server on a free port of the loopback; cut when the tests of this file are over. */
export async function temporaryServer(
  listener: RequestListener,
): Promise<HttpServer & { readonly url: string }> {
  const server = await startHttpServer(listener, { host: '127.0.0.1', port: 0 });
  after(() => server.close(0));
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

/** Looks again and again, less and less often, for at most so long. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  maxMillis = 5_000,
): Promise<void> {
  const start = performance.now();
  for (let napMillis = 5; !(await holds()); napMillis = Math.min(200, napMillis * 1.5)) {
    if (performance.now() - start > maxMillis) throw new Error(`not in ${maxMillis} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, napMillis));
  }
}
