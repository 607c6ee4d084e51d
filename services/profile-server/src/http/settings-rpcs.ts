import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  DeleteSettingsResponseSchema,
  GetSettingsResponseSchema,
  SetSettingsResponseSchema,
  SettingsService,
} from '@emberscope/protocol/settings';
import { utf8Bytes } from '@emberscope/units';
import {
  SETTING_NAME_MAX_BYTES,
  SETTINGS_MAX_BYTES,
  type SettingsStore,
} from '../store/tenant-files/settings-store.ts';
import { filesAnswered } from './files-errors.ts';
import { oneTenantOfCall } from './one-tenant.ts';
import { type RpcRoute, rpcRoute } from './rpc-routes.ts';
import type { Tenancy } from './tenancy.ts';

/** One setting of the largest size, in JSON with two bytes for many of its characters. */
const SET_MAX_BYTES = 2 * SETTINGS_MAX_BYTES;
const NAME_MAX_BYTES = 16 * 1024;

export type SettingsRpcParts = {
  readonly store: SettingsStore;
  readonly tenancy: Tenancy;
  readonly nowMillis: () => number;
};

/** Values that clients keep for a tenant: `settings.v1.SettingsService`. */
export function settingsRpcs(parts: SettingsRpcParts): readonly RpcRoute[] {
  const { store, tenancy, nowMillis } = parts;
  const deleted = create(DeleteSettingsResponseSchema);
  return [
    rpcRoute(
      SettingsService.method.get,
      NAME_MAX_BYTES,
      async (_request, call) => {
        const settings = filesAnswered(await store.list(oneTenantOfCall(tenancy, call)));
        const rows = settings.map((setting) => ({ ...setting }));
        return { kind: 'message', message: create(GetSettingsResponseSchema, { settings: rows }) };
      },
      create(GetSettingsResponseSchema),
    ),
    rpcRoute(
      SettingsService.method.set,
      SET_MAX_BYTES,
      async ({ setting: given }, call) => {
        const tenant = oneTenantOfCall(tenancy, call);
        if (given === undefined) throw invalid('no setting values provided');
        const { name, value } = given;
        const nameBytes = utf8Bytes(name);
        if (nameBytes > SETTING_NAME_MAX_BYTES) {
          throw invalid(`a name of ${nameBytes} bytes; the limit is ${SETTING_NAME_MAX_BYTES}`);
        }
        const modifiedAt = given.modifiedAt > 0n ? given.modifiedAt : BigInt(nowMillis());
        const setting = { name, value, modifiedAt };
        if (isNothing(setting)) filesAnswered(await store.delete(tenant, name));
        else filesAnswered(await store.set(tenant, setting));
        const message = create(SetSettingsResponseSchema, { setting });
        return { kind: 'message', message };
      },
      create(SetSettingsResponseSchema),
    ),
    rpcRoute(
      SettingsService.method.delete,
      NAME_MAX_BYTES,
      async ({ name }, call) => {
        const tenant = oneTenantOfCall(tenancy, call);
        if (name === '') throw invalid('no setting name provided');
        filesAnswered(await store.delete(tenant, name));
        return { kind: 'message', message: deleted };
      },
      deleted,
    ),
  ];
}

/**
 * Pyroscope takes a setting that has no name, and deletes none. One without a value either says
 * nothing: it is not kept, and takes the one with it that is there, which could not go otherwise.
 */
function isNothing({ name, value }: { readonly name: string; readonly value: string }): boolean {
  return name === '' && value === '';
}

function invalid(reason: string): ConnectError {
  return new ConnectError(reason, Code.InvalidArgument);
}
