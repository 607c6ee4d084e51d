import { parseIngestParams } from '@emberscope/ingest';
import { type Clock, endResponse, type HttpHandler } from '@emberscope/node-kit';
import type { BodyVerdict, IngestService, IngestVerdict } from '../ingest/ingest-service.ts';
import { type Admission, noRoomReason } from './admission.ts';
import { clientGone } from './client-gone.ts';
import { ingestQuery } from './ingest-query.ts';
import { answerError, BODY_TOO_LARGE, type PlainErrorCode, REASON_HEADER } from './plain-error.ts';
import { withAdmittedBody } from './read-admitted.ts';
import { TENANT_HEADER, type Tenancy } from './tenancy.ts';

export type IngestRouteParts = {
  readonly ingest: IngestService;
  readonly admission: Admission;
  readonly tenancy: Tenancy;
  /** `-distributor.ingestion-body-limit-mb`, as bytes. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
};

/** `POST /ingest`: any format that agents have. A `content-encoding` means nothing there. */
export function createIngestRoute(parts: IngestRouteParts): HttpHandler {
  const { ingest, admission, tenancy, maxBodyBytes: maxBytes, clock } = parts;

  return async (request, response) => {
    const tenant = tenancy.forWriting(headerOf(request.headers[TENANT_HEADER]));
    if (!tenant.ok) return answerError(response, 401, 'unauthenticated', tenant.reason);
    const contentType = request.headers['content-type'] ?? '';
    const query = ingestQuery(request.url ?? '');
    const parsed = parseIngestParams(query, contentType, clock.nowNanos());
    if (!parsed.ok) return answerError(response, 400, 'invalid_argument', parsed.reason);

    await withAdmittedBody(request, admission, { maxBytes, clock }, async (body) => {
      switch (body.kind) {
        case 'ok':
          break;
        case 'too-large': {
          const reason = `request body too large: error reading request body bytes_read ${body.maxBytes}: http: request body too large`;
          const why = { [REASON_HEADER]: BODY_TOO_LARGE };
          return answerError(response, 413, 'invalid_argument', reason, why);
        }
        case 'timed-out': {
          const reason = `the body was not there within ${body.limitMillis} ms`;
          return answerError(response, 408, 'unknown', reason);
        }
        case 'no-room': {
          const again = { 'retry-after': '1' };
          return answerError(response, 503, 'unavailable', noRoomReason(admission), again);
        }
        case 'aborted':
          return;
        default:
          body satisfies never;
      }
      const upload = { params: parsed.params, contentType, body: body.bytes };
      const verdict = await ingest.ingest(tenant.tenant, upload, clientGone(response));
      const refused = refusedBy(verdict, isPprofLike(parsed.params.format));
      if (refused === undefined) {
        response.setHeader('content-length', 0);
        return endResponse(response);
      }
      const { status, code, message, headers } = refused;
      return answerError(response, status, code, message, headers);
    });
  };
}

function headerOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

/** Formats whose troubles Pyroscope wraps in a sentence and answers with 422. */
function isPprofLike(format: string): boolean {
  return format === 'pprof' || format === 'pprof-multipart' || format === 'jfr';
}

type Refused = {
  readonly status: number;
  readonly code: PlainErrorCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** How a verdict reads to an agent; undefined when everything is stored. */
function refusedBy(verdict: IngestVerdict | BodyVerdict, isPprof: boolean): Refused | undefined {
  switch (verdict.kind) {
    case 'stored':
      return undefined;
    case 'malformed-body': {
      const headers = { [REASON_HEADER]: 'malformed_profile' };
      return { status: 422, code: 'unknown', message: verdict.reason, headers };
    }
    case 'invalid-argument':
      return { status: 400, code: 'invalid_argument', message: verdict.reason };
    case 'refused': {
      const { reason, cause } = verdict.refusal;
      if (cause === 'series_limit') return tooMany(reason);
      if (!isPprof) return { status: 400, code: 'invalid_argument', message: reason };
      const message = pushFailed(verdict.index, 'invalid_argument', reason);
      return { status: 422, code: 'unknown', message, headers: { [REASON_HEADER]: cause } };
    }
    case 'rate-limited': {
      const { reason, index } = verdict;
      return tooMany(isPprof ? pushFailed(index, 'resource_exhausted', reason) : reason);
    }
    case 'unavailable': {
      const headers = { 'retry-after': `${verdict.retryAfterSeconds}` };
      return { status: 503, code: 'unavailable', message: verdict.reason, headers };
    }
    case 'cancelled':
      return { status: 499, code: 'canceled', message: 'the client went away' };
    default:
      return verdict satisfies never;
  }
}

function tooMany(message: string): Refused {
  return { status: 429, code: 'resource_exhausted', message, headers: { 'retry-after': '1' } };
}

function pushFailed(index: number, code: string, reason: string): string {
  return `pushing IngestInput-pprof failed push series with index ${index} and id  failed: ${code}: ${reason}`;
}
