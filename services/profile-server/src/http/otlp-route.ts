import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  answerText,
  type CancelSignal,
  type Clock,
  endResponse,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  isGone,
  type Random,
  uuidV4,
} from '@emberscope/node-kit';
import {
  ExportProfilesServiceResponseSchema,
  ProfilesService,
} from '@emberscope/protocol/otlp/profiles-service';
import type { IngestService } from '../ingest/ingest-service.ts';
import type { ExportMessage } from '../ingest/otlp/read-export.ts';
import type { TenantId } from '../store/ids.ts';
import { type Admission, noRoomReason } from './admission.ts';
import { clientGone } from './client-gone.ts';
import { compressionOf, messageOfBody } from './message-of-body.ts';
import {
  type ExportError,
  errorOfExport,
  lateExport,
  noRoomForExport,
  tooLargeExport,
} from './otlp-errors.ts';
import { answerError, REASON_HEADER } from './plain-error.ts';
import { type AdmittedBody, withAdmittedBody } from './read-admitted.ts';
import { shortError } from './rpc-errors.ts';
import { answerRpc, type GivenMessage, type RpcRoute, rpcRoute } from './rpc-routes.ts';
import { TENANT_HEADER, type Tenancy } from './tenancy.ts';

export type OtlpRouteParts = {
  readonly ingest: IngestService;
  readonly admission: Admission;
  readonly tenancy: Tenancy;
  /** `-distributor.ingestion-body-limit-mb`, as bytes. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
  readonly random: Random;
};

/** What may be sent over HTTP, to the letter: a parameter makes it something else. */
const ENCODINGS: ReadonlyMap<string, ExportMessage['encoding']> = new Map([
  ['application/json', 'json'],
  ['application/x-protobuf', 'proto'],
  ['application/protobuf', 'proto'],
]);

/** Not gRPC-Web, which begins in the same way. */
const GRPC_TYPE = /^application\/grpc(?:[+;]|$)/;

/** Pyroscope's server takes no larger message over gRPC, whatever a body may be. */
const GRPC_MAX_BYTES = 104_857_600;

/** The RPC library sees empty messages alone. */
const EMPTY_MAX_BYTES = 1024;

/** The body goes to an ingest thread as it came, in HTTP and in gRPC. */
export function createOtlpRoute(parts: OtlpRouteParts): HttpHandler {
  const { tenancy } = parts;
  const rpc = exportRpc(parts);
  return async (request, response) => {
    if (request.method !== 'POST') {
      response.statusCode = 405;
      return endResponse(response);
    }
    const tenant = tenancy.forWriting(tenantHeader(request));
    // Over gRPC as well: the original's HTTP layer asks before gRPC's has a say.
    if (!tenant.ok) return answerError(response, 401, 'unauthenticated', tenant.reason);
    const contentType = request.headers['content-type'] ?? '';
    if (request.httpVersionMajor === 2 && contentType.startsWith('application/grpc')) {
      if (GRPC_TYPE.test(contentType)) return answerGrpc(parts, rpc, request, response);
      return refuseType(response, `invalid gRPC request content-type "${contentType}"`);
    }
    const encoding = ENCODINGS.get(contentType);
    if (encoding !== undefined) {
      return answerHttp(parts, tenant.tenant, encoding, request, response);
    }
    return refuseType(response, `Unsupported Content-Type: ${contentType}`);
  };
}

function tenantHeader({ headers }: HttpRequest): string | undefined {
  const value = headers[TENANT_HEADER];
  return typeof value === 'object' ? value.join(', ') : value;
}

function refuseType(response: HttpResponse, reason: string): void {
  answerText(response, 415, `${reason}\n`);
}

/** The error is undefined when everything is stored. */
async function exported(
  { ingest, random }: OtlpRouteParts,
  tenant: TenantId,
  message: ExportMessage,
  maxBytes: number,
  signal: CancelSignal,
): Promise<ExportError | undefined> {
  const verdict = await ingest.export(tenant, message, maxBytes, signal);
  return errorOfExport(verdict, { encoding: message.encoding, seriesId: () => uuidV4(random) });
}

type WholeBody = Extract<AdmittedBody, { readonly kind: 'ok' }>;

/** Why a body is not there; undefined when there is nobody to answer. */
function errorOfBody(
  body: Exclude<AdmittedBody, WholeBody>,
  admission: Admission,
): ExportError | undefined {
  switch (body.kind) {
    case 'too-large':
      return tooLargeExport(body.maxBytes);
    case 'timed-out':
      return lateExport(body.limitMillis);
    case 'no-room':
      return noRoomForExport(noRoomReason(admission));
    case 'aborted':
      return undefined;
    default:
      return body satisfies never;
  }
}

async function answerHttp(
  parts: OtlpRouteParts,
  tenant: TenantId,
  encoding: ExportMessage['encoding'],
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const { admission, maxBodyBytes: maxBytes, clock } = parts;
  const isGzip = /^gzip$/i.test(request.headers['content-encoding'] ?? '');
  await withAdmittedBody(request, admission, { maxBytes, clock }, async (body) => {
    if (body.kind === 'aborted') return;
    const error =
      body.kind === 'ok'
        ? await exported(
            parts,
            tenant,
            { bytes: body.bytes, encoding, isGzip },
            maxBytes,
            clientGone(response),
          )
        : errorOfBody(body, admission);
    if (error !== undefined) return answerExportError(response, error);
    if (isGone(response)) return;
    // Without a byte, which is an empty message, in answer to JSON as well.
    response.setHeader('content-type', 'application/x-protobuf');
    response.setHeader('content-length', 0);
    endResponse(response);
  });
}

function answerExportError(
  response: HttpResponse,
  { status, text, cause, retryAfterSeconds }: ExportError,
): void {
  if (isGone(response)) return;
  if (cause !== undefined) response.setHeader(REASON_HEADER, cause);
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', `${retryAfterSeconds}`);
  answerText(response, status, `${text}\n`);
}

function exportRpc(parts: OtlpRouteParts): RpcRoute {
  const nothing = create(ExportProfilesServiceResponseSchema);
  return rpcRoute(
    ProfilesService.method.export,
    EMPTY_MAX_BYTES,
    async (_empty, { given, header, encoding, signal }) => {
      if (given === undefined) throw new Error('an export without a message of its own');
      const tenant = parts.tenancy.forWriting(header(TENANT_HEADER));
      if (!tenant.ok) throw new ConnectError(tenant.reason, Code.Unauthenticated);
      const message = { bytes: given.bytes, isGzip: given.isGzip, encoding };
      const maxBytes = grpcMaxBytes(parts);
      const error = await exported(parts, tenant.tenant, message, maxBytes, signal);
      if (error !== undefined) throw rpcError(error);
      return { kind: 'message', message: nothing };
    },
    nothing,
  );
}

function grpcMaxBytes({ maxBodyBytes }: OtlpRouteParts): number {
  return Math.min(maxBodyBytes, GRPC_MAX_BYTES);
}

async function answerGrpc(
  parts: OtlpRouteParts,
  rpc: RpcRoute,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const { admission, clock } = parts;
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== rpc.path) {
    const service = path?.split('/')[1] ?? '';
    const error = new ConnectError(`unknown service ${service}`, Code.Unimplemented);
    request.resume();
    return answerRpc(rpc, request, response, { kind: 'refused', error });
  }
  if (compressionOf(request) === 'unknown') return answerRpc(rpc, request, response);
  const limits = { maxBytes: grpcMaxBytes(parts), clock };
  await withAdmittedBody(request, admission, limits, async (body) => {
    const given = givenBy(body, request, admission);
    if (given !== undefined) await answerRpc(rpc, request, response, given);
  });
}

function givenBy(
  body: AdmittedBody,
  request: HttpRequest,
  admission: Admission,
): GivenMessage | undefined {
  if (body.kind === 'ok') return messageOfBody(request, body.bytes);
  const error = errorOfBody(body, admission);
  return error && { kind: 'refused', error: rpcError(error) };
}

function rpcError({ message, code, cause, retryAfterSeconds }: ExportError): ConnectError {
  return shortError(message, code, {
    ...(cause === undefined ? {} : { [REASON_HEADER]: cause }),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': `${retryAfterSeconds}` }),
  });
}
