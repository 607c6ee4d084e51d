import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HttpServer = {
  readonly port: number;
  /** Takes no more connections, waits for the requests that run, and cuts those that run on. */
  close(graceMillis: number): Promise<void>;
};

/** From the first byte to the last: 128 MiB at 1 MB/s. */
const REQUEST_MAX_MILLIS = 120_000;

/** Rejects as `listen` does: EADDRINUSE, EACCES. */
export async function startHttpServer(
  listener: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const server = createServer({ requestTimeout: REQUEST_MAX_MILLIS }, listener);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: addressOf(server.address()).port,
    async close(graceMillis) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMillis);
      await closed;
      clearTimeout(cut);
    },
  };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address;
}
