import { Code, ConnectError } from '@connectrpc/connect';
import type { TenantId } from '../store/ids.ts';
import type { RpcCall } from './rpc-routes.ts';
import { TENANT_HEADER, type Tenancy, type Tenants } from './tenancy.ts';

/** Whose data a call reads. Throws what the client is told when its header names nobody. */
export function tenantsOfCall(tenancy: Tenancy, call: Pick<RpcCall, 'header'>): Tenants {
  const read = tenancy.forReading(call.header(TENANT_HEADER));
  if (!read.ok) throw new ConnectError(read.reason, Code.Unauthenticated);
  return read.tenants;
}

/** The same where data of several cannot be read as one: what is kept by name, and not summed up. */
export function oneTenantOfCall(tenancy: Tenancy, call: Pick<RpcCall, 'header'>): TenantId {
  const [tenant, ...others] = tenantsOfCall(tenancy, call);
  if (others.length > 0) throw new ConnectError('multiple org IDs present', Code.InvalidArgument);
  return tenant;
}
