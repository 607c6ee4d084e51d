import { create, type DescMethodUnary, type DescService, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { PageService } from '@emberscope/protocol/page';
import { AnalyzeQueryResponseSchema, QuerierService } from '@emberscope/protocol/querier';
import { QUERY_METHODS, type QueryCall, type QueryMethod } from '../query/query-call.ts';
import type { QueryService } from '../query/query-service.ts';
import { clientCapabilities } from './client-capabilities.ts';
import { errorOfQuery } from './rpc-errors.ts';
import { encodedRpcRoute, type RpcCall, type RpcRoute, rpcRoute } from './rpc-routes.ts';
import { TENANT_HEADER, type Tenancy } from './tenancy.ts';

/**
 * A thousand matchers. Where it is not the plainest call, the main thread reads it, and each of its
 * bytes may be half an empty string.
 */
const QUERY_MAX_BYTES = 64 * 1024;

const SERVICES: readonly DescService[] = [QuerierService, PageService];

/** Every method that reads profiles. Its answer comes encoded from the thread that found it. */
export function queryRoutes(queries: QueryService, tenancy: Tenancy): readonly RpcRoute[] {
  return [
    ...QUERY_METHODS.map((name) => queryRoute(name, queries, tenancy)),
    analyzeRoute(tenancy),
  ];
}

/** Pyroscope answers nothing to this, whatever it is asked; clients know. */
function analyzeRoute(tenancy: Tenancy): RpcRoute {
  const nothing = create(AnalyzeQueryResponseSchema);
  return rpcRoute(
    QuerierService.method.analyzeQuery,
    QUERY_MAX_BYTES,
    async (_request, call) => {
      const read = tenancy.forReading(call.header(TENANT_HEADER));
      if (!read.ok) throw new ConnectError(read.reason, Code.Unauthenticated);
      return { kind: 'message', message: nothing };
    },
    nothing,
  );
}

/** One of them. */
export function queryRoute(name: QueryMethod, queries: QueryService, tenancy: Tenancy): RpcRoute {
  const method = methodOf(name);
  const ask = (asked: Pick<QueryCall, 'request' | 'requestEncoding'>, call: RpcCall) => {
    const read = tenancy.forReading(call.header(TENANT_HEADER));
    if (!read.ok) throw new ConnectError(read.reason, Code.Unauthenticated);
    const capabilities = clientCapabilities(call.header('accept'));
    const takesUtf8LabelNames = capabilities.ok && capabilities.takesUtf8LabelNames;
    const { tenants } = read;
    const { encoding } = call;
    return queries.answer({ method: name, ...asked, encoding, tenants, takesUtf8LabelNames }, call);
  };
  return encodedRpcRoute(
    method,
    QUERY_MAX_BYTES,
    async (message, call) => {
      const request = toBinary(method.input, message);
      const answer = await ask({ request, requestEncoding: 'proto' }, call);
      if (!answer.ok) throw errorOfQuery(answer);
      return answer.message;
    },
    create(method.output),
    async (request, call) => {
      const answer = await ask({ request, requestEncoding: call.encoding }, call);
      if (answer.ok) return answer.message;
      if (answer.isUnread) return undefined;
      throw errorOfQuery(answer);
    },
  );
}

function methodOf(name: QueryMethod): DescMethodUnary {
  const [typeName, methodName] = name.split('/', 2);
  const service = SERVICES.find((each) => each.typeName === typeName);
  const method = service?.methods.find((each) => each.name === methodName);
  if (method?.methodKind !== 'unary') throw new Error(`there is no unary method ${name}`);
  return method as DescMethodUnary;
}
