import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import {
  endResponse,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  isGone,
  type PlainRoute,
} from '@emberscope/node-kit';
import {
  type QueryAnswer,
  type QueryErrorCode,
  RENDER_METHODS,
  type RenderMethod,
} from '../query/query-call.ts';
import type { QueryService } from '../query/query-service.ts';
import { clientCapabilities } from './client-capabilities.ts';
import { clientGone } from './client-gone.ts';
import { answerError } from './plain-error.ts';
import { TENANT_HEADER, type Tenancy } from './tenancy.ts';

/** Pyroscope's older HTTP API. Its questions are read and answered by the threads for queries. */
export function renderRoutes(queries: QueryService, tenancy: Tenancy): readonly PlainRoute[] {
  return RENDER_METHODS.map((method) => ({
    method: 'GET',
    path: `/${method}`,
    handle: renderHandler(method, queries, tenancy),
  }));
}

function renderHandler(method: RenderMethod, queries: QueryService, tenancy: Tenancy): HttpHandler {
  return async (request, response) => {
    const read = tenancy.forReading(headerOf(request.headers[TENANT_HEADER]));
    if (!read.ok) return answerError(response, 401, 'unauthenticated', read.reason);
    const capabilities = clientCapabilities(request.headers.accept);
    const url = request.url ?? '';
    const mark = url.indexOf('?');
    const answer = await queries.answer(
      {
        method,
        // Node gives the bytes of an address as the characters with their numbers.
        request: Buffer.from(mark === -1 ? '' : url.slice(mark + 1), 'latin1'),
        requestEncoding: 'address',
        encoding: 'json',
        tenants: read.tenants,
        takesUtf8LabelNames: capabilities.ok && capabilities.takesUtf8LabelNames,
      },
      { signal: clientGone(response), timeoutMillis: undefined },
    );
    if (isGone(response)) return;
    if (answer.ok) await answerBytes(request, response, answer);
    else answerFailure(response, answer);
  };
}

function headerOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

const gzipOnThread = promisify(gzip);

/** Below this, Pyroscope's plain answers are not compressed. */
const GZIP_MIN_BYTES = 1400;

async function answerBytes(
  request: HttpRequest,
  response: HttpResponse,
  { message, contentType = 'application/json' }: Extract<QueryAnswer, { readonly ok: true }>,
): Promise<void> {
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const isZipped = takesGzip && message.length >= GZIP_MIN_BYTES;
  const body = isZipped ? await gzipOnThread(message, { level: constants.Z_BEST_SPEED }) : message;
  response.statusCode = 200;
  response.setHeader('content-type', contentType);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('vary', 'accept-encoding');
  if (isZipped) response.setHeader('content-encoding', 'gzip');
  response.setHeader('content-length', body.byteLength);
  endResponse(response, body);
}

const STATUSES: Readonly<Record<QueryErrorCode, number>> = {
  invalid_argument: 400,
  not_found: 404,
  resource_exhausted: 429,
  canceled: 499,
  unknown: 500,
  internal: 500,
  unimplemented: 501,
  unavailable: 503,
  deadline_exceeded: 504,
};

function answerFailure(
  response: HttpResponse,
  { code, message, retryAfterSeconds }: Extract<QueryAnswer, { readonly ok: false }>,
): void {
  const headers =
    retryAfterSeconds === undefined ? undefined : { 'retry-after': `${retryAfterSeconds}` };
  answerError(response, STATUSES[code], code, message, headers);
}
