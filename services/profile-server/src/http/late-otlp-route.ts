import type { HttpHandler } from '@emberscope/node-kit';
import type { OtlpRouteParts } from './otlp-route.ts';

/** Profiles of OpenTelemetry: over HTTP and over gRPC, on either path. */
export type OtlpRoute = { readonly paths: readonly string[]; readonly answer: HttpHandler };

/** OTLP's path for HTTP. */
export const OTLP_HTTP_PATH = '/v1development/profiles';

/** OTLP's path for gRPC. */
export const OTLP_GRPC_PATH =
  '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';

/**
 * The route, loaded with the first export: descriptions of OpenTelemetry's messages take 20 ms to
 * build, which servers that nobody sends any would spend at every start.
 */
export function createLateOtlpRoute(parts: OtlpRouteParts): OtlpRoute {
  let loaded: Promise<HttpHandler> | undefined;
  return {
    paths: [OTLP_HTTP_PATH, OTLP_GRPC_PATH],
    async answer(request, response) {
      loaded ??= import('./otlp-route.ts').then((route) => route.createOtlpRoute(parts));
      const answer = await loaded;
      return answer(request, response);
    },
  };
}
