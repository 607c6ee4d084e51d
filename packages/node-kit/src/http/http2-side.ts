import {
  constants,
  createServer,
  type Http2ServerRequest,
  type SecureServerOptions,
  type ServerHttp2Session,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { FrontDoorLimits } from './front-door-limits.ts';
import { answerText } from './http-handler.ts';
import { type ProtocolSide, type ProtocolSideParts, runHandler } from './protocol-side.ts';

/** After saying goodbye (GOAWAY), how long a client may take to hang up. */
const GOODBYE_MILLIS = 1000;

/** Pings and settings frames without an answer read, before nghttp2 closes the session. */
const MAX_OUTSTANDING_PINGS = 10;
const MAX_SETTINGS_ENTRIES = 32;

export function createHttp2Side(parts: ProtocolSideParts): ProtocolSide {
  const { limits, observe } = parts;
  const sessions = new Set<ServerHttp2Session>();
  let runningCount = 0;
  let isClosing = false;

  /** Set while a connection is handed over: the session does not let its socket be destroyed. */
  let accepting: Duplex | undefined;

  const server = createServer(http2Options(limits));

  server.on('session', (session) => {
    const socket = accepting;
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('connect', () => session.setLocalWindowSize(limits.streamWindowBytes));
    whenIdle(session, limits.idleMillis, () => {
      observe({ kind: 'cut', reason: 'idle', detail: 'HTTP/2' });
      session.close();
      // Closing waits for the client, and a client that reads nothing never hears of it.
      setTimeout(() => socket?.destroy(), GOODBYE_MILLIS).unref();
    });
    if (isClosing) session.close();
  });

  server.on('sessionError', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') observe({ kind: 'reset' });
    else observe({ kind: 'cut', reason: 'http2-error', detail: error.message });
  });

  server.on('request', (request, response) => {
    runningCount++;
    const stopWatching = watchStream(request);
    response.on('close', () => {
      runningCount--;
      stopWatching();
      if (!response.writableEnded) observe({ kind: 'reset' });
    });
    const headerBytes = headerListBytes(request);
    if (headerBytes > limits.maxHeaderBytes) {
      observe({ kind: 'cut', reason: 'headers-too-large', detail: `${headerBytes} bytes` });
      answerText(response, 431, 'request headers are too large\n');
      return;
    }
    runHandler(parts, request, response);
  });

  /** HTTP/1.1 has these two limits from Node; for streams they are ours to keep. */
  function watchStream(request: Http2ServerRequest): () => void {
    const { stream } = request;
    const cut = (reason: 'request-timeout' | 'silent') => {
      observe({ kind: 'cut', reason, detail: 'HTTP/2' });
      stream.close(constants.NGHTTP2_CANCEL);
    };
    stream.setTimeout(limits.silentMillis, () => cut('silent'));
    if (stream.endAfterHeaders) return () => {};
    const timer = setTimeout(() => {
      if (!request.complete) cut('request-timeout');
    }, limits.requestMillis);
    return () => clearTimeout(timer);
  }

  return {
    accept(socket) {
      accepting = socket;
      server.emit('connection', socket);
      accepting = undefined;
    },
    runningRequests: () => runningCount,
    closeIdle() {
      isClosing = true;
      // GOAWAY: streams that are open may finish, then the session ends by itself.
      for (const session of sessions) session.close();
    },
    dispose: () => {},
  };
}

function http2Options(limits: FrontDoorLimits): SecureServerOptions {
  const options = {
    settings: {
      maxConcurrentStreams: limits.maxStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
      initialWindowSize: limits.streamWindowBytes,
      enablePush: false,
    },
    maxSendHeaderBlockLength: limits.maxHeaderBytes,
    maxSessionMemory: limits.maxSessionMemoryMiB,
    maxSessionInvalidFrames: limits.maxInvalidFrames,
    maxSessionRejectedStreams: limits.maxRejectedStreams,
    maxOutstandingPings: MAX_OUTSTANDING_PINGS,
    maxSettings: MAX_SETTINGS_ENTRIES,
    // Node 20 has no such options and nghttp2's defaults; newer ones do.
    streamResetBurst: limits.streamResetBurst,
    streamResetRate: limits.streamResetsPerSecond,
  };
  return options;
}

/**
 * The size of a header list as RFC 9113, section 6.5.2, counts it. The setting tells clients the
 * limit, but Node itself lets up to 64 KiB pass.
 */
function headerListBytes({ rawHeaders }: Http2ServerRequest): number {
  let bytes = (rawHeaders.length / 2) * 32;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

/**
 * Node's session timeout counts every byte as life, so one ping a minute, or a header block that
 * arrives letter by letter, would hold a connection for ever. Here only a stream counts. It also
 * ends the sessions that Node 20 leaves open, deaf, when nghttp2 gives them up after a flood.
 */
function whenIdle(session: ServerHttp2Session, idleMillis: number, onIdle: () => void): void {
  let openStreams = 0;
  let timer = setTimeout(onIdle, idleMillis);
  session.on('stream', (stream) => {
    openStreams++;
    clearTimeout(timer);
    stream.on('close', () => {
      openStreams--;
      if (openStreams === 0 && !session.destroyed) timer = setTimeout(onIdle, idleMillis);
    });
  });
  session.on('close', () => clearTimeout(timer));
}
