/**
 * What one front door allows. Every wait has an end and every buffer a size, so that no client,
 * slow, broken or hostile, holds more than its share.
 */
export type FrontDoorLimits = {
  /** Connections at a time, all protocols together; one more is closed at once. */
  readonly maxConnections: number;
  /** Bytes of the request line and all headers. More is 431, or a refused stream. */
  readonly maxHeaderBytes: number;
  /** From the first look at a connection to its protocol, and again to the end of its headers. */
  readonly headersMillis: number;
  /** From the start of a request until its last byte is in. More is 408, or a cancelled stream. */
  readonly requestMillis: number;
  /** A connection without a request is closed after this. HTTP/2 pings do not count as requests. */
  readonly idleMillis: number;
  /** A request underway, but not a byte in either direction for this long: cut. */
  readonly silentMillis: number;
  /** From the connection to the end of the TLS handshake. */
  readonly handshakeMillis: number;
  /** HTTP/2 streams open at a time, per connection. */
  readonly maxStreams: number;
  /** HTTP/2 flow control: bytes a client may send ahead of the reader, per stream and connection. */
  readonly streamWindowBytes: number;
  /** MiB one HTTP/2 session may hold in headers, queues and unread data. */
  readonly maxSessionMemoryMiB: number;
  /** Frames against the protocol before an HTTP/2 session is closed. */
  readonly maxInvalidFrames: number;
  /** Streams refused (too many, too large) before an HTTP/2 session is closed. */
  readonly maxRejectedStreams: number;
  /** Streams a client may reset in one go, and how many more each second ("rapid reset"). */
  readonly streamResetBurst: number;
  readonly streamResetsPerSecond: number;
};

/** Each value with its reason, in the order of the type. */
export const DEFAULT_FRONT_DOOR_LIMITS: FrontDoorLimits = {
  // An agent keeps one connection; a connection costs some 30 kB: 60 MB at worst.
  maxConnections: 2000,
  // Node's own default; cookies of a proxy in front are the largest that is met in practice.
  maxHeaderBytes: 16 * 1024,
  headersMillis: 10_000,
  // 256 MiB, the largest body Pyroscope takes, at 17 Mbit/s.
  requestMillis: 120_000,
  // Longer than the 60 s that agents and load balancers keep a connection: the client, who knows
  // when it will send again, is the one to hang up.
  idleMillis: 75_000,
  // A query may compute this long without a byte on the wire.
  silentMillis: 300_000,
  handshakeMillis: 10_000,
  maxStreams: 100,
  // Node's 64 KiB would hold a collector at 100 ms distance to 640 kB/s.
  streamWindowBytes: 1024 * 1024,
  maxSessionMemoryMiB: 16,
  maxInvalidFrames: 100,
  maxRejectedStreams: 100,
  // nghttp2's own defaults, written down because they are the answer to CVE-2023-44487.
  streamResetBurst: 1000,
  streamResetsPerSecond: 33,
};
