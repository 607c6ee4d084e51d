import type { Protocol } from './protocol-peek.ts';

/** Why a connection or a stream was ended by us before its client was done. */
export type CutReason =
  | 'too-many-connections'
  /** Nothing that tells the protocol came within the time for headers. */
  | 'peek-timeout'
  /** A TLS handshake on the plain port. */
  | 'tls-on-plain-port'
  | 'tls-handshake'
  /** Headers, or the whole request, were not there in time. */
  | 'request-timeout'
  | 'headers-too-large'
  /** Not HTTP. */
  | 'malformed'
  /** An HTTP/2 session broke the protocol or one of its limits. */
  | 'http2-error'
  | 'idle'
  | 'silent';

/** What a front door tells its observer: for counters, and for a log line at the level of debug. */
export type FrontDoorEvent =
  | { readonly kind: 'opened'; readonly protocol: Protocol; readonly isEncrypted: boolean }
  | { readonly kind: 'cut'; readonly reason: CutReason; readonly detail: string }
  /** The client went away in the middle of something. */
  | { readonly kind: 'reset' }
  /** The handler threw or rejected: a mistake of ours, answered with 500. */
  | { readonly kind: 'handler-failed'; readonly error: unknown }
  /** The system could not hand over a connection, above all for want of file descriptors. */
  | { readonly kind: 'accept-failed'; readonly error: Error };

export type FrontDoorObserver = (event: FrontDoorEvent) => void;
