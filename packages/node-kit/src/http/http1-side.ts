import { createServer, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CutReason } from './front-door-event.ts';
import type { FrontDoorLimits } from './front-door-limits.ts';
import { type ProtocolSide, type ProtocolSideParts, runHandler } from './protocol-side.ts';

/**
 * How often Node looks for requests that are late. Its default of 30 s would make a limit of 10 s
 * one of 40.
 */
const LATENESS_CHECK_MILLIS = 500;

/** What a client is told that broke a limit or the protocol, before there is a request to answer. */
type Refusal = {
  readonly reason: CutReason;
  readonly status: string;
  /** One sentence. */
  readonly text: string;
};

/** Errors of the socket: there is nobody left to answer. */
const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

export function createHttp1Side(parts: ProtocolSideParts): ProtocolSide {
  const { limits, observe } = parts;
  const running = new Map<Duplex, Set<ServerResponse>>();
  let runningCount = 0;
  let isClosing = false;

  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    // Node refuses a time for the headers that is longer than that for the whole request.
    headersTimeout: Math.min(limits.headersMillis, limits.requestMillis),
    requestTimeout: limits.requestMillis,
    connectionsCheckingInterval: LATENESS_CHECK_MILLIS,
    keepAliveTimeout: limits.idleMillis,
  });
  server.timeout = limits.silentMillis;
  // A server of Node's that never listens enforces neither its time for headers nor that for
  // requests: both are checked by a timer that starts with this event.
  server.emit('listening');

  server.on('request', (request, response) => {
    const socket = request.socket;
    begin(socket, response);
    response.on('close', () => {
      end(socket, response);
      if (!response.writableFinished) observe({ kind: 'reset' });
    });
    runHandler(parts, request, response);
  });

  server.on('timeout', (socket) => {
    const reason = running.has(socket) ? 'silent' : 'idle';
    observe({ kind: 'cut', reason, detail: '' });
    socket.destroy();
  });

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const code = error.code ?? '';
    if (GONE.has(code) || !socket.writable) {
      observe({ kind: 'reset' });
      socket.destroy();
      return;
    }
    const waiting = [...(running.get(socket) ?? [])];
    const refusal = refusalOf(error, limits, waiting.length > 0);
    observe({ kind: 'cut', reason: refusal.reason, detail: code });
    // An answer that has begun must not be mistaken for a whole one: no second status behind it. Nor is
    // this the answer to a request that came whole, with the broken one behind it.
    const isOfAnother = waiting.some(({ headersSent, req }) => headersSent || req.complete);
    if (isOfAnother) socket.destroy();
    else socket.end(bytesOf(refusal), () => socket.destroy());
  });

  function begin(socket: Duplex, response: ServerResponse): void {
    runningCount++;
    const responses = running.get(socket) ?? new Set();
    running.set(socket, responses.add(response));
    response.shouldKeepAlive &&= !isClosing;
  }

  function end(socket: Duplex, response: ServerResponse): void {
    const responses = running.get(socket);
    if (responses?.delete(response) !== true) return;
    runningCount--;
    if (responses.size === 0) running.delete(socket);
    // Node marks a connection idle only after this event.
    if (isClosing) setImmediate(() => server.closeIdleConnections());
  }

  /**
   * Node closes the answer that a connection was at, not those that wait behind it: whoever works on
   * one would wait for ever.
   */
  function closeWaiting(socket: Duplex): void {
    for (const response of [...(running.get(socket) ?? [])]) {
      if (response.socket !== null || response.writableFinished) continue;
      response.destroy();
      response.emit('close');
    }
  }

  return {
    accept(socket) {
      socket.once('close', () => closeWaiting(socket));
      server.emit('connection', socket);
    },
    runningRequests: () => runningCount,
    closeIdle() {
      isClosing = true;
      for (const responses of running.values()) {
        for (const response of responses) response.shouldKeepAlive = false;
      }
      server.closeIdleConnections();
    },
    // Without a callback, `close` would throw that the server is not listening.
    dispose: () => void server.close(() => {}),
  };
}

/** By Node's error code. `isInBody`: of a request whose headers came. */
function refusalOf(
  error: NodeJS.ErrnoException,
  limits: FrontDoorLimits,
  isInBody: boolean,
): Refusal {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        reason: 'request-timeout',
        status: '408 Request Timeout',
        text: `the headers of a request may take ${limits.headersMillis} ms to arrive, all of it ${limits.requestMillis}`,
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        reason: 'headers-too-large',
        status: '431 Request Header Fields Too Large',
        text: `request line and headers are larger than ${limits.maxHeaderBytes} bytes`,
      };
    case 'HPE_INVALID_EOF_STATE':
      return { ...MALFORMED, text: 'the connection ended in the middle of a request' };
    default: {
      // The parser's own words: "Invalid method encountered".
      const { reason } = error as { reason?: unknown };
      const why = typeof reason === 'string' ? reason : error.message;
      const what = isInBody ? 'the body is broken' : 'not a request';
      return { ...MALFORMED, text: `${what}: ${why}` };
    }
  }
}

const MALFORMED = { reason: 'malformed', status: '400 Bad Request' } as const;

function bytesOf({ status, text }: Refusal): string {
  return [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text) + 1}`,
    '',
    `${text}\n`,
  ].join('\r\n');
}
