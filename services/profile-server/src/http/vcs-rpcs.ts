import { create, type DescMethodUnary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { VCSService } from '@emberscope/protocol/vcs';
import { tenantsOfCall } from './one-tenant.ts';
import { type RpcRoute, rpcRoute } from './rpc-routes.ts';
import type { Tenancy } from './tenancy.ts';

/** A request to these is some addresses and names. */
const VCS_MAX_BYTES = 16 * 1024;

/**
 * `vcs.v1.VCSService` of a server that is not registered with GitHub, which this one cannot be: what
 * needs a session says that there is none, and clients then hide what they have for it.
 */
export function vcsRpcs(tenancy: Tenancy): readonly RpcRoute[] {
  const { method } = VCSService;
  const noToken = () => new ConnectError('invalid token', Code.Unauthenticated);
  return [
    refusing(tenancy, method.githubApp, () => {
      return new ConnectError('GitHub integration is not configured', Code.Unimplemented);
    }),
    refusing(tenancy, method.githubLogin, () => {
      return new ConnectError('there is no GitHub application to log in to', Code.Internal);
    }),
    refusing(tenancy, method.githubRefresh, noToken),
    refusing(tenancy, method.getFile, noToken),
    refusing(tenancy, method.getCommit, noToken),
    refusing(tenancy, method.getCommits, noToken),
  ];
}

function refusing(tenancy: Tenancy, method: DescMethodUnary, error: () => ConnectError): RpcRoute {
  return rpcRoute(
    method,
    VCS_MAX_BYTES,
    async (_request, call) => {
      tenantsOfCall(tenancy, call);
      throw error();
    },
    create(method.output),
  );
}
