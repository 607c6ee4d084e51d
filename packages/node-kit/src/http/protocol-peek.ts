import type { Socket } from 'node:net';

/** What every HTTP/2 connection begins with: RFC 9113, section 3.4. */
export const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export type Protocol = 'http1' | 'http2';

/** What was seen on a new connection, or why nothing was. */
export type PeekOutcome = Protocol | 'tls' | 'timeout' | 'gone';

const PREFACE_BYTES = Buffer.from(HTTP2_PREFACE, 'latin1');

/** The first byte of a TLS record that holds a handshake: RFC 8446, section 5.1. */
const TLS_HANDSHAKE = 0x16;

/**
 * Decides by the first 24 bytes at most, and by fewer as soon as they differ from the preface.
 * Whatever is not HTTP/2 is left to the HTTP/1.1 parser, which knows how to refuse it.
 */
export function protocolOfFirstBytes(bytes: Uint8Array): Protocol | 'tls' | 'undecided' {
  if (bytes[0] === TLS_HANDSHAKE) return 'tls';
  const compared = Math.min(bytes.length, PREFACE_BYTES.length);
  for (let i = 0; i < compared; i++) if (bytes[i] !== PREFACE_BYTES[i]) return 'http1';
  return compared === PREFACE_BYTES.length ? 'http2' : 'undecided';
}

/**
 * Reads just enough of a fresh socket to know its protocol, puts everything back and answers
 * once. After `http1` and `http2` the socket is as if nobody had looked; its errors are no longer
 * listened to here. In all other cases the caller destroys it.
 */
export function peekProtocol(
  socket: Socket,
  limitMillis: number,
  onOutcome: (outcome: PeekOutcome) => void,
): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => finish('timeout'), limitMillis);
  const onGone = () => finish('gone');
  socket.on('readable', onReadable);
  socket.on('end', onGone);
  socket.on('error', onGone);
  socket.on('close', onGone);
  let isFinished = false;

  function onReadable(): void {
    const chunk: Buffer | null = socket.read();
    // `readable` also announces the end of the stream, with nothing to read.
    if (chunk === null) return;
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const protocol = protocolOfFirstBytes(seen);
    if (protocol !== 'undecided') finish(protocol);
  }

  function finish(outcome: PeekOutcome): void {
    if (isFinished) return;
    isFinished = true;
    clearTimeout(timer);
    socket.off('readable', onReadable);
    socket.off('end', onGone);
    socket.off('close', onGone);
    if (outcome === 'http1' || outcome === 'http2') {
      socket.off('error', onGone);
      socket.unshift(seen);
    }
    onOutcome(outcome);
  }
}
