import { create } from '@bufbuild/protobuf';
import { answerText, type Health, type Metrics, type PlainRoute } from '@emberscope/node-kit';
import { FeatureFlagsService } from '@emberscope/protocol/feature-flags';
import { HealthCheckResponseSchema, Health as HealthService } from '@emberscope/protocol/health';
import { Version, VersionResponseSchema } from '@emberscope/protocol/version';
import { FEATURE_FLAGS } from './feature-flags.ts';
import { tenantsOfCall } from './one-tenant.ts';
import { type RpcRoute, rpcRoute } from './rpc-routes.ts';
import type { Tenancy } from './tenancy.ts';

export type BuildInfo = { readonly version: string; readonly revision: string };

/** What monitors and data sources ask a server about itself, over plain HTTP. */
export function statusRoutes(
  health: Health,
  metrics: Metrics,
  { version, revision }: BuildInfo,
): readonly PlainRoute[] {
  const data = {
    version,
    revision,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  };
  const buildInfo = JSON.stringify({ status: 'success', data });
  return [
    { method: 'GET', path: '/ready', handle: (_request, response) => health.answer(response) },
    { method: 'GET', path: '/metrics', handle: metrics.handle },
    {
      method: 'GET',
      path: '/api/v1/status/buildinfo',
      handle: (_request, response) => answerText(response, 200, buildInfo, 'application/json'),
    },
  ];
}

/** A request to these is an empty message or a name. */
const STATUS_MAX_BYTES = 16 * 1024;

/** The version of the query API that this server speaks. */
const QUERIER_API = 1n;

/** gRPC's serving status: 1 is serving, 2 is not. */
const SERVING = 1;
const NOT_SERVING = 2;

/** The same as RPCs. */
export function statusRpcs(health: Health, tenancy: Tenancy): readonly RpcRoute[] {
  const version = create(VersionResponseSchema, { QuerierAPI: QUERIER_API });
  return [
    rpcRoute(
      Version.method.version,
      STATUS_MAX_BYTES,
      async () => ({ kind: 'message', message: version }),
      version,
    ),
    rpcRoute(
      FeatureFlagsService.method.getFeatureFlags,
      STATUS_MAX_BYTES,
      async (_request, call) => {
        tenantsOfCall(tenancy, call);
        return { kind: 'message', message: FEATURE_FLAGS };
      },
      FEATURE_FLAGS,
    ),
    rpcRoute(
      HealthService.method.check,
      STATUS_MAX_BYTES,
      async () => ({
        kind: 'message',
        message: create(HealthCheckResponseSchema, {
          status: health.isReady() ? SERVING : NOT_SERVING,
        }),
      }),
      create(HealthCheckResponseSchema),
    ),
  ];
}
