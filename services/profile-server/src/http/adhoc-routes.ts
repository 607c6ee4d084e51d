import { create } from '@bufbuild/protobuf';
import type { Clock } from '@emberscope/node-kit';
import {
  AdHocProfileService,
  AdHocProfilesDiffResponseSchema,
  AdHocProfilesGetResponseSchema,
  AdHocProfilesListResponseSchema,
} from '@emberscope/protocol/adhoc-profiles';
import type { AdHocService } from '../query/adhoc/adhoc-service.ts';
import type { QueryAnswer } from '../query/query-call.ts';
import { parseAdHocId } from '../store/tenant-files/adhoc-id.ts';
import type { Admission } from './admission.ts';
import { filesAnswered } from './files-errors.ts';
import { compressionOf } from './message-of-body.ts';
import { oneTenantOfCall } from './one-tenant.ts';
import { givenBy, type PushRoute } from './push-route.ts';
import { withAdmittedBody } from './read-admitted.ts';
import { errorOfQuery } from './rpc-errors.ts';
import { answerRpc, type RpcAnswer, type RpcRoute, refuseRpc, rpcRoute } from './rpc-routes.ts';
import type { Tenancy } from './tenancy.ts';

export type AdHocRouteParts = {
  readonly adHoc: AdHocService;
  readonly tenancy: Tenancy;
  readonly admission: Admission;
  /** Of the message of an upload. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
};

/** Ids and a type; and the empty message that stands for an upload. */
const ASK_MAX_BYTES = 16 * 1024;

/** `adhocprofiles.v1.AdHocProfileService` but for its uploads. */
export function adHocRpcs({ adHoc, tenancy }: AdHocRouteParts): readonly RpcRoute[] {
  const { method } = AdHocProfileService;
  return [
    rpcRoute(
      method.get,
      ASK_MAX_BYTES,
      async ({ id, profileType, maxNodes }, call) => {
        const tenant = oneTenantOfCall(tenancy, call);
        return encoded(await adHoc.get(tenant, id, { profileType, maxNodes }, call));
      },
      create(AdHocProfilesGetResponseSchema),
    ),
    rpcRoute(
      method.diff,
      ASK_MAX_BYTES,
      async ({ leftId, rightId, profileType, maxNodes }, call) => {
        const tenant = oneTenantOfCall(tenancy, call);
        const ids = { left: leftId, right: rightId };
        return encoded(await adHoc.diff(tenant, ids, { profileType, maxNodes }, call));
      },
      create(AdHocProfilesDiffResponseSchema),
    ),
    rpcRoute(
      method.list,
      ASK_MAX_BYTES,
      async (_request, call) => {
        const ids = filesAnswered(await adHoc.list(oneTenantOfCall(tenancy, call)));
        const profiles = ids.flatMap((text) => {
          const id = parseAdHocId(text);
          return id === undefined
            ? []
            : [{ id: text, name: id.name, uploadedAt: BigInt(id.atMillis) }];
        });
        const message = create(AdHocProfilesListResponseSchema, { profiles });
        return { kind: 'message', message };
      },
      create(AdHocProfilesListResponseSchema),
    ),
  ];
}

/** Its uploads, behind the admission of bodies: the message goes to a thread as it came. */
export function createUploadRoute(parts: AdHocRouteParts): PushRoute {
  const { adHoc, tenancy, admission, maxBodyBytes: maxBytes, clock } = parts;
  const route = rpcRoute(
    AdHocProfileService.method.upload,
    ASK_MAX_BYTES,
    async (_empty, call) => {
      if (call.given === undefined) throw new Error('an upload without a message of its own');
      const tenant = oneTenantOfCall(tenancy, call);
      return encoded(await adHoc.upload(tenant, call.given, call));
    },
    create(AdHocProfilesGetResponseSchema),
  );
  return {
    path: route.path,
    async answer(request, response) {
      if (refuseRpc(route, request, response)) return;
      if (compressionOf(request) === 'unknown') return answerRpc(route, request, response);
      await withAdmittedBody(request, admission, { maxBytes, clock }, async (body) => {
        const given = givenBy(body, request, admission);
        if (given !== undefined) await answerRpc(route, request, response, given);
      });
    },
  };
}

function encoded(answer: QueryAnswer): RpcAnswer<never> {
  if (!answer.ok) throw errorOfQuery(answer);
  return { kind: 'encoded', bytes: answer.message };
}
