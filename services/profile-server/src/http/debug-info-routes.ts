import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { answerText, endResponse, type HttpHandler } from '@emberscope/node-kit';
import {
  DebuginfoService,
  DeleteDebuginfoResponseSchema,
  ListDebuginfoResponseSchema,
  ShouldInitiateUploadResponseSchema,
  UploadFinishedResponseSchema,
} from '@emberscope/protocol/debug-info';
import { oneTenantOfCall } from './one-tenant.ts';
import { answerError } from './plain-error.ts';
import { type RpcRoute, rpcRoute } from './rpc-routes.ts';
import { TENANT_HEADER, type Tenancy } from './tenancy.ts';

/** A request to these is some names. */
const DEBUG_INFO_MAX_BYTES = 16 * 1024;

/** As the linkers write it, in hex. */
const BUILD_ID = /^[a-fA-F0-9]{2,40}$/;

/** Where binaries would be posted; the rest of the path is a build id. */
export const DEBUG_UPLOAD_PREFIX = '/debuginfo.v1alpha1.DebuginfoService/Upload/';

/**
 * `debuginfo.v1alpha1.DebuginfoService` of a server that resolves no addresses: it has no binaries,
 * wants none, and says so before one is sent.
 */
export function debugInfoRpcs(tenancy: Tenancy): readonly RpcRoute[] {
  const { method } = DebuginfoService;
  const none = create(ListDebuginfoResponseSchema);
  return [
    rpcRoute(
      method.listDebuginfo,
      DEBUG_INFO_MAX_BYTES,
      async (_request, call) => {
        oneTenantOfCall(tenancy, call);
        return { kind: 'message', message: none };
      },
      none,
    ),
    rpcRoute(
      method.shouldInitiateUpload,
      DEBUG_INFO_MAX_BYTES,
      async ({ file }, call) => {
        oneTenantOfCall(tenancy, call);
        checkBuildId(file?.gnuBuildId ?? '');
        const reason = 'this server does not resolve addresses and keeps no binaries';
        const message = create(ShouldInitiateUploadResponseSchema, { reason });
        return { kind: 'message', message };
      },
      create(ShouldInitiateUploadResponseSchema),
    ),
    rpcRoute(
      method.uploadFinished,
      DEBUG_INFO_MAX_BYTES,
      async ({ gnuBuildId }, call) => {
        oneTenantOfCall(tenancy, call);
        throw noUpload(gnuBuildId);
      },
      create(UploadFinishedResponseSchema),
    ),
    rpcRoute(
      method.deleteDebuginfo,
      DEBUG_INFO_MAX_BYTES,
      async ({ gnuBuildId }, call) => {
        oneTenantOfCall(tenancy, call);
        throw noUpload(gnuBuildId);
      },
      create(DeleteDebuginfoResponseSchema),
    ),
  ];
}

/** A binary that was not asked for: none is. */
export function debugUploadHandler(tenancy: Tenancy): HttpHandler {
  return (request, response) => {
    if (request.method !== 'POST') {
      response.statusCode = 405;
      return endResponse(response);
    }
    const header = request.headers[TENANT_HEADER];
    const tenant = tenancy.forWriting(Array.isArray(header) ? header[0] : header);
    if (!tenant.ok) return answerError(response, 401, 'unauthenticated', tenant.reason);
    const buildId = (request.url ?? '').split('?', 1)[0]?.slice(DEBUG_UPLOAD_PREFIX.length) ?? '';
    if (!BUILD_ID.test(buildId)) return answerText(response, 400, reasonOfBuildId(buildId));
    return answerText(response, 412, `no upload of ${buildId} is pending\n`);
  };
}

function checkBuildId(text: string): void {
  if (!BUILD_ID.test(text)) throw new ConnectError(reasonOfBuildId(text), Code.InvalidArgument);
}

function noUpload(buildId: string): ConnectError {
  checkBuildId(buildId);
  return new ConnectError(`there is no binary of build id ${buildId}`, Code.NotFound);
}

function reasonOfBuildId(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `build id ${JSON.stringify(shown)} is not 2 to 40 hex digits`;
}
