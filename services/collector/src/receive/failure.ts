import { Code } from '@connectrpc/connect';

/**
 * Why a request is not acknowledged, in the same words for every protocol. 4xx only where sending
 * it again cannot help.
 */
export type Failure = {
  readonly kind: FailureKind;
  readonly message: string;
  /** The header `Emberscope-Reason`: the profile itself is at fault, whatever the status says. */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
};

export type FailureKind =
  /** Bytes that are no profile. */
  | 'malformed'
  /** A profile that is refused, or a name that is none. */
  | 'invalid'
  /** The same at `/ingest` for pprof, where Pyroscope says 422. */
  | 'unprocessable'
  | 'too-large'
  /** The body did not come in time. */
  | 'too-slow'
  | 'unauthenticated'
  | 'forbidden'
  | 'rate-limited'
  /** As much is under way as may be. */
  | 'overloaded'
  /** The server behind is not there, or does not answer in time. */
  | 'unavailable'
  /** The server behind failed. */
  | 'server-failed'
  /** A mistake of ours. */
  | 'internal';

type Answer = {
  /** At `/ingest`: the status, and the word in its body. */
  readonly status: number;
  readonly word: string;
  /** Over Connect and gRPC. Garbage is `unknown` there, as Pyroscope has it. */
  readonly code: Code;
};

export const FAILURE_ANSWERS: Readonly<Record<FailureKind, Answer>> = {
  malformed: { status: 422, word: 'unknown', code: Code.Unknown },
  invalid: { status: 400, word: 'invalid_argument', code: Code.InvalidArgument },
  unprocessable: { status: 422, word: 'unknown', code: Code.InvalidArgument },
  'too-large': { status: 413, word: 'invalid_argument', code: Code.ResourceExhausted },
  'too-slow': { status: 408, word: 'unknown', code: Code.DeadlineExceeded },
  unauthenticated: { status: 401, word: 'unauthenticated', code: Code.Unauthenticated },
  forbidden: { status: 403, word: 'permission_denied', code: Code.PermissionDenied },
  'rate-limited': { status: 429, word: 'resource_exhausted', code: Code.ResourceExhausted },
  overloaded: { status: 503, word: 'unavailable', code: Code.Unavailable },
  unavailable: { status: 503, word: 'unavailable', code: Code.Unavailable },
  'server-failed': { status: 500, word: 'unknown', code: Code.Unknown },
  internal: { status: 500, word: 'unknown', code: Code.Internal },
};

/** The headers of an answer that are not its protocol's. */
export function failureHeaders({ reason, retryAfterSeconds }: Failure): Record<string, string> {
  return {
    ...(reason === undefined ? {} : { 'emberscope-reason': reason }),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  };
}

/** What `Emberscope-Reason` may say when the collector itself says it. */
export const REASON = {
  malformed: 'malformed_profile',
  profileTooLarge: 'profile_too_large',
  bodyTooLarge: 'body_too_large',
  unwritableLabel: 'unwritable_label',
} as const;
