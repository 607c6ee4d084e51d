import {
  answerText,
  createPlainRoutes,
  endResponse,
  type HttpHandler,
  type PlainRoute,
} from '@emberscope/node-kit';
import { clientCapabilities } from './client-capabilities.ts';
import { DEBUG_UPLOAD_PREFIX } from './debug-info-routes.ts';
import type { OtlpRoute } from './late-otlp-route.ts';
import type { PageFiles } from './page-files.ts';
import type { PushRoute } from './push-route.ts';
import { answerRpc, type RpcRoute } from './rpc-routes.ts';

export type ServerRoutesParts = {
  readonly rpcs: readonly RpcRoute[];
  readonly push: PushRoute;
  readonly upload: PushRoute;
  readonly ingest: HttpHandler;
  readonly otlp: OtlpRoute;
  readonly debugUpload: HttpHandler;
  readonly status: readonly PlainRoute[];
  readonly page: PageFiles;
};

/** Below this, what is not there is not there as JSON. */
const STATUS_PREFIX = '/api/v1/';

/** Every path of the server's one port. */
export function createServerRoutes(parts: ServerRoutesParts): HttpHandler {
  const { push, upload, otlp, page } = parts;
  const rpcByPath = new Map(parts.rpcs.map((route) => [route.path, route]));
  const plain = createPlainRoutes([
    { method: 'POST', path: '/ingest', handle: parts.ingest },
    { method: 'POST', path: '/pyroscope/ingest', handle: parts.ingest },
    ...parts.status,
    ...['/ui', '/ui/'].map((path): PlainRoute => ({ method: 'GET', path, handle: toRoot })),
    ...(page.fileCount > 0 ? [] : [{ method: 'GET', path: '/', handle: noPage } as const]),
  ]);
  const plainPaths = new Set(parts.status.map(({ path }) => path));

  return (request, response) => {
    // Agents put an address and a path together, and either may bring a slash.
    const [path = '', ...query] = (request.url ?? '').split('?');
    const onePath = path.replace(/\/{2,}/g, '/');
    request.url = query.length === 0 ? onePath : `${onePath}?${query.join('?')}`;
    const capabilities = clientCapabilities(request.headers.accept);
    if (!capabilities.ok) {
      answerText(response, 400, capabilities.reason);
      return;
    }
    if (onePath === push.path) return push.answer(request, response);
    if (otlp.paths.includes(onePath)) return otlp.answer(request, response);
    if (onePath === upload.path) return upload.answer(request, response);
    const rpc = rpcByPath.get(onePath);
    if (rpc !== undefined) return answerRpc(rpc, request, response);
    if (onePath.startsWith(DEBUG_UPLOAD_PREFIX)) return parts.debugUpload(request, response);
    const file = page.find(onePath);
    if (file !== undefined) return file(request, response);
    if (onePath.startsWith(STATUS_PREFIX) && !plainPaths.has(onePath)) {
      const body = '{"code":5,"message":"Not Found","details":[]}';
      answerText(response, 404, body, 'application/json');
      return;
    }
    return plain(request, response);
  };
}

const toRoot: HttpHandler = (_request, response) => {
  response.statusCode = 302;
  response.setHeader('location', '/');
  endResponse(response);
};

const noPage: HttpHandler = (_request, response) =>
  answerText(
    response,
    404,
    'The page has not been built. Build it with: npm run build -w services/web\n',
  );
