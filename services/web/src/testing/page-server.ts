import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type ConnectRouter, createConnectRouter } from '@connectrpc/connect';
import { createFetchHandler, type UniversalHandler } from '@connectrpc/connect/protocol';

export type PageServer = { readonly address: string; close(): Promise<void> };

/** What the profile server sends with the page: nothing inline, nothing from elsewhere. */
const POLICY = "default-src 'self'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves a built page and a Connect service on one port, as the profile server does. */
export async function servePage(
  folder: string,
  prefix: string,
  routes: (router: ConnectRouter) => void,
): Promise<PageServer> {
  const router = createConnectRouter();
  routes(router);
  const handlers = new Map(router.handlers.map((each) => [each.requestPath, each]));
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    if (!pathname.startsWith(prefix)) return end(response, 404);
    const path = `/${pathname.slice(prefix.length)}`;
    const handler = handlers.get(path);
    if (handler !== undefined) return call(handler, path, request, response);
    const file = normalize(join(folder, path === '/' ? 'index.html' : path));
    const contentType = CONTENT_TYPES[extname(file)];
    if (contentType === undefined || !file.startsWith(folder)) return end(response, 404);
    const body = await readFile(file).catch(() => undefined);
    if (body === undefined) return end(response, 404);
    response.writeHead(200, {
      'content-type': contentType,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function call(
  handler: UniversalHandler,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answer = await createFetchHandler(handler)(
    new Request(`http://page${path}`, {
      method: request.method ?? 'POST',
      headers: Object.entries(request.headersDistinct).flatMap(([name, values]) =>
        (values ?? []).map((value): [string, string] => [name, value]),
      ),
      body: Buffer.concat(chunks),
      signal: gone.signal,
    }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 });
  response.end();
}
