import type { Failure, FailureKind } from '../receive/failure.ts';
import { REASON } from '../receive/failure.ts';
import type { UpstreamAnswer } from './upstream.ts';

export type Delivered = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };

/**
 * What a server's answer means. Any 2xx is success. The header `Emberscope-Reason` says that the
 * profile is at fault even where compatibility demands a misleading status: garbage in a push is 500.
 */
export function readAnswer(answer: UpstreamAnswer, url: string): Delivered {
  switch (answer.kind) {
    case 'unreachable':
      return unavailable(`${url} cannot be reached: ${answer.detail}`);
    case 'timed-out':
      return unavailable(`${url} did not answer within ${answer.timeoutMillis} ms`);
    case 'answered':
      break;
    default:
      return answer satisfies never;
  }
  const { status, headers, body } = answer;
  if (status >= 200 && status < 300) return { ok: true };

  const reason = reasonOf(headers['emberscope-reason']);
  const kind = reason === undefined ? kindOf(status) : kindWithReason(status, reason);
  if (kind === 'unavailable') {
    const said = messageOf(body) ?? `status ${status}`;
    return unavailable(`${url} answered: ${said}`, retryAfterOf(headers['retry-after']));
  }
  const retryAfterSeconds =
    kind === 'rate-limited' ? (retryAfterOf(headers['retry-after']) ?? RETRY_SECONDS) : undefined;
  return {
    ok: false,
    failure: {
      kind,
      message: messageOf(body) ?? `${url} answered with status ${status}`,
      ...(reason === undefined ? {} : { reason }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  };
}

function kindOf(status: number): FailureKind {
  switch (status) {
    case 400:
    case 431:
      return 'invalid';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 413:
      return 'too-large';
    case 422:
      return 'unprocessable';
    case 429:
      return 'rate-limited';
    case 500:
      return 'server-failed';
    default:
      // 502, 503, 504; and what a server says that takes no profiles at all (404, 405, 415, a
      // redirection): once it is the right one, sending again helps.
      return 'unavailable';
  }
}

function kindWithReason(status: number, reason: string): FailureKind {
  if (reason === REASON.malformed) return 'malformed';
  if (status === 413 || status === 429) return 'too-large';
  return status === 400 ? 'invalid' : 'unprocessable';
}

function unavailable(message: string, retryAfterSeconds = RETRY_SECONDS): Delivered {
  return { ok: false, failure: { kind: 'unavailable', message, retryAfterSeconds } };
}

/** When the server does not say: it restarts within a few seconds. */
const RETRY_SECONDS = 5;
/** Longer waits than an hour are a mistake of somebody's. */
const RETRY_MAX_SECONDS = 3600;

type Header = string | readonly string[] | undefined;

function retryAfterOf(header: Header): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,9}$/.test(header)) return undefined;
  return Math.min(Number(header), RETRY_MAX_SECONDS);
}

/** A word, for it becomes a header again. */
function reasonOf(header: Header): string | undefined {
  return typeof header === 'string' && /^[a-z0-9_-]{1,64}$/.test(header) ? header : undefined;
}

/** `{"code":"…","message":"…"}`, as Connect and Pyroscope's handlers say it. */
function messageOf(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('message' in parsed)) return undefined;
    return typeof parsed.message === 'string' && parsed.message !== '' ? parsed.message : undefined;
  } catch {
    return undefined;
  }
}
