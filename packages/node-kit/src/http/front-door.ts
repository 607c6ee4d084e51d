import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts';
import { turnLine } from '../turn-clock/turn-line.ts';
import type { CutReason, FrontDoorObserver } from './front-door-event.ts';
import { DEFAULT_FRONT_DOOR_LIMITS, type FrontDoorLimits } from './front-door-limits.ts';
import type { HttpHandler } from './http-handler.ts';
import { createHttp1Side } from './http1-side.ts';
import { createHttp2Side } from './http2-side.ts';
import { peekProtocol } from './protocol-peek.ts';
import type { ProtocolSide } from './protocol-side.ts';

export type FrontDoorOptions = {
  readonly handler: HttpHandler;
  readonly limits?: Partial<FrontDoorLimits>;
  /** With this the port speaks TLS only, and ALPN chooses the protocol. */
  readonly tls?: TlsOptions;
  readonly observe?: FrontDoorObserver;
};

export type Listening =
  /** `address` has the port that the system chose where 0 was asked for. */
  | { readonly ok: true; readonly address: ListenAddress }
  /** One sentence with the address and the name of the setting. */
  | { readonly ok: false; readonly reason: string };

/** What did not end by itself within the deadline. */
export type Closed = { readonly cutRequests: number; readonly cutConnections: number };

export type FrontDoor = {
  listen(address: ListenAddress, settingName: string): Promise<Listening>;
  /** New connections get these certificates; those that are open keep theirs. Only with `tls`. */
  setSecureContext(tls: TlsOptions): void;
  openConnections(): number;
  runningRequests(): number;
  /**
   * Accepts nothing more, lets running requests finish, and cuts what is left after
   * `deadlineMillis`. Idempotent: later calls get the same answer.
   */
  close(deadlineMillis: number): Promise<Closed>;
};

/**
 * One port for HTTP/1.1 and HTTP/2, plain or with TLS.
 *
 *     net.Server ─ first 24 bytes ─┬─ http2 side ─┐
 *     tls.Server ─ ALPN ───────────┴─ http1 side ─┴─ handler(request, response)
 *
 * Connections are accepted here; Node's http and http2 servers never listen and get each
 * connection handed over. So both doors share one set of limits and one way of closing, which
 * `http2.createSecureServer({ allowHTTP1: true })` would not give.
 */
export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  const limits = { ...DEFAULT_FRONT_DOOR_LIMITS, ...options.limits };
  const observe = options.observe ?? (() => {});
  const parts = { handler: options.handler, limits, observe };
  const http1 = createHttp1Side(parts);
  const http2 = createHttp2Side(parts);
  const sockets = new Set<Socket>();
  /** Plain connections that have not yet come to a protocol's side: no request has begun. */
  const peeked = new Set<Socket>();
  let closing: Promise<Closed> | undefined;
  let onLastSocketClosed = () => {};

  const tlsServer = options.tls === undefined ? undefined : createTlsDoor(options.tls);
  const server: Server = tlsServer ?? createPlainDoor();
  server.maxConnections = limits.maxConnections;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      peeked.delete(socket);
      if (sockets.size === 0) onLastSocketClosed();
    });
  });
  server.on('drop', () => cut('too-many-connections', `${limits.maxConnections} are open`));

  function createPlainDoor(): Server {
    // HTTP/1.1 clients may half-close after their request and still read the answer.
    return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      peeked.add(socket);
      peekProtocol(socket, limits.headersMillis, (outcome) => {
        switch (outcome) {
          case 'http1':
          case 'http2':
            enterInTurn(socket, outcome === 'http1' ? http1 : http2, outcome);
            return;
          case 'tls':
            cut('tls-on-plain-port', '');
            break;
          case 'timeout':
            cut('peek-timeout', `${limits.headersMillis} ms`);
            break;
          case 'gone':
            observe({ kind: 'reset' });
            break;
          default:
            outcome satisfies never;
        }
        socket.destroy();
      });
    });
  }

  function createTlsDoor(tls: TlsOptions) {
    const door = createTlsServer({
      ...tls,
      noDelay: true,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: limits.handshakeMillis,
    });
    door.on('secureConnection', (socket) => {
      const protocol = socket.alpnProtocol === 'h2' ? 'http2' : 'http1';
      enter(socket, protocol === 'http2' ? http2 : http1, protocol, true);
    });
    door.on('tlsClientError', (error, socket) => {
      cut('tls-handshake', error.message);
      socket.destroy();
    });
    return door;
  }

  /** With its first request, which is here already: hundreds may come at the same moment. */
  function enterInTurn(socket: Socket, side: ProtocolSide, protocol: 'http1' | 'http2'): void {
    const onError = () => {};
    socket.on('error', onError);
    turnLine.run(() => {
      peeked.delete(socket);
      socket.off('error', onError);
      if (socket.destroyed) observe({ kind: 'reset' });
      else enter(socket, side, protocol, false);
    });
  }

  function enter(
    socket: Socket,
    side: ProtocolSide,
    protocol: 'http1' | 'http2',
    isEncrypted: boolean,
  ): void {
    observe({ kind: 'opened', protocol, isEncrypted });
    // HTTP/2 knows no half-closed connection: left half open, a session would outlive its client.
    if (protocol === 'http2') socket.allowHalfOpen = false;
    side.accept(socket);
  }

  function cut(reason: CutReason, detail: string): void {
    observe({ kind: 'cut', reason, detail });
  }

  async function closeWithin(deadlineMillis: number): Promise<Closed> {
    server.close();
    for (const socket of peeked) socket.destroy();
    http1.closeIdle();
    http2.closeIdle();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deadlineMillis);
      onLastSocketClosed = () => {
        clearTimeout(timer);
        resolve();
      };
      if (sockets.size === 0) onLastSocketClosed();
    });
    const cutRequests = http1.runningRequests() + http2.runningRequests();
    const cutConnections = sockets.size;
    for (const socket of sockets) socket.destroy();
    http1.dispose();
    http2.dispose();
    return { cutRequests, cutConnections };
  }

  return {
    listen: (address, settingName) => listenOn(server, address, settingName, observe),
    setSecureContext(tls) {
      if (tlsServer === undefined) throw new Error('a plain front door has no certificates');
      tlsServer.setSecureContext(tls);
    },
    openConnections: () => sockets.size,
    runningRequests: () => http1.runningRequests() + http2.runningRequests(),
    close(deadlineMillis) {
      closing ??= closeWithin(deadlineMillis);
      return closing;
    },
  };
}

function listenOn(
  server: Server,
  address: ListenAddress,
  settingName: string,
  observe: FrontDoorObserver,
): Promise<Listening> {
  return new Promise((resolve) => {
    const onRefused = (error: NodeJS.ErrnoException) => {
      const where = `${formatListenAddress(address)} (setting ${settingName})`;
      resolve({ ok: false, reason: `Cannot listen on ${where}: ${listenTrouble(error)}.` });
    };
    server.once('error', onRefused);
    // Without a host Node takes every interface, of IPv6 too where there is such a thing.
    const host = address.host === '' ? {} : { host: address.host };
    server.listen({ ...host, port: address.port }, () => {
      server.off('error', onRefused);
      // Later errors are those of accept, above all EMFILE. Unheard they would end the process.
      server.on('error', (error) => observe({ kind: 'accept-failed', error }));
      const bound = server.address();
      const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
      resolve({ ok: true, address: { host: address.host, port } });
    });
  });
}

function listenTrouble(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another process listens there already';
    case 'EACCES':
      return 'this user may not listen there (ports below 1024 are reserved)';
    case 'EADDRNOTAVAIL':
      return 'no interface of this machine has that address';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'that host name has no address';
    case 'EAFNOSUPPORT':
      return 'this machine has no such kind of address';
    default:
      return error.message;
  }
}
