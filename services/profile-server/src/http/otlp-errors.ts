import { Code } from '@connectrpc/connect';
import { formatHumanizeBytes } from '@emberscope/units';
import type { ExportVerdict } from '../ingest/ingest-service.ts';
import { BODY_TOO_LARGE } from './plain-error.ts';

/**
 * Why an export was not stored. The texts are Pyroscope's, and so are the statuses, which do not
 * follow from the codes: over HTTP a message that contradicts itself is the server's error.
 */
export type ExportError = {
  /** To a client of gRPC. */
  readonly code: Code;
  readonly message: string;
  /** To a client of HTTP. */
  readonly status: number;
  readonly text: string;
  /** The cause, where the code or the status hides that sending again cannot help. */
  readonly cause?: string;
  readonly retryAfterSeconds?: number;
};

/** What the one who asks adds to the answer. */
export type ExportErrorWords = {
  readonly encoding: 'proto' | 'json';
  /** Names the series in a message; the original draws one for each. */
  readonly seriesId: () => string;
};

const RETRY_SECONDS = 1;

/** Undefined when everything is stored. */
export function errorOfExport(
  verdict: ExportVerdict,
  { encoding, seriesId }: ExportErrorWords,
): ExportError | undefined {
  const pushFailed = (index: number, code: string, reason: string) =>
    `failed to make a GRPC request: push series with index ${index} and id ${seriesId()} failed: ${code}: ${reason}`;
  switch (verdict.kind) {
    case 'stored':
      return undefined;
    case 'malformed': {
      const text = `Failed to parse ${encoding === 'json' ? 'JSON' : 'protobuf'} request`;
      return { ...sameBoth(Code.InvalidArgument, 400, verdict.reason), text };
    }
    case 'not-gzip': {
      const both = sameBoth(Code.InvalidArgument, 400, verdict.reason);
      return { ...both, text: 'Failed to read request body' };
    }
    case 'unconvertible':
      return {
        ...sameBoth(Code.InvalidArgument, 500, verdict.reason),
        text: `rpc error: code = InvalidArgument desc = ${verdict.reason}`,
        cause: 'malformed_profile',
      };
    case 'refused': {
      const { refusal, index } = verdict;
      if (refusal.cause === 'series_limit') {
        return tooMany(pushFailed(index, 'resource_exhausted', refusal.reason));
      }
      const message = pushFailed(index, 'invalid_argument', refusal.reason);
      return sameBoth(Code.InvalidArgument, 400, message);
    }
    case 'rate-limited':
      return tooMany(pushFailed(verdict.index, 'resource_exhausted', verdict.reason));
    case 'unavailable': {
      const { reason, retryAfterSeconds } = verdict;
      return { ...sameBoth(Code.Unavailable, 503, reason), retryAfterSeconds };
    }
    case 'too-large':
      return tooLargeExport(verdict.limitBytes);
    case 'cancelled':
      return sameBoth(Code.Canceled, 499, 'the client went away');
    default:
      return verdict satisfies never;
  }
}

/** Larger than a body may be, as it came or inflated. */
export function tooLargeExport(limitBytes: number): ExportError {
  const limit = formatHumanizeBytes(limitBytes);
  const message = `profile payload size exceeds limit of ${limit}`;
  return { ...sameBoth(Code.ResourceExhausted, 413, message), cause: BODY_TOO_LARGE };
}

/** There is no room for its body just now. */
export function noRoomForExport(reason: string): ExportError {
  return { ...sameBoth(Code.Unavailable, 503, reason), retryAfterSeconds: RETRY_SECONDS };
}

/** Its body did not come in time. */
export function lateExport(limitMillis: number): ExportError {
  const reason = `the body was not there within ${limitMillis} ms`;
  return sameBoth(Code.DeadlineExceeded, 408, reason);
}

function tooMany(message: string): ExportError {
  const both = sameBoth(Code.ResourceExhausted, 429, message);
  return { ...both, retryAfterSeconds: RETRY_SECONDS };
}

function sameBoth(code: Code, status: number, message: string): ExportError {
  return { code, status, message, text: message };
}
