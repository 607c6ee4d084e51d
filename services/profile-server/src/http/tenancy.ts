import { compareUtf8 } from '@emberscope/units';
import { ANONYMOUS, type TenantId, tenantId } from '../store/ids.ts';

export type Tenants = readonly [TenantId, ...TenantId[]];

export type ReadTenants =
  | { readonly ok: true; readonly tenants: Tenants }
  | { readonly ok: false; readonly reason: string };

export type WriteTenant =
  | { readonly ok: true; readonly tenant: TenantId }
  | { readonly ok: false; readonly reason: string };

/** Whose data a request is about, by its header `X-Scope-OrgID`. */
export type Tenancy = {
  /** Several tenants may be read at once: `a|b`. */
  forReading(header: string | undefined): ReadTenants;
  forWriting(header: string | undefined): WriteTenant;
};

export const TENANT_HEADER = 'x-scope-orgid';

const TENANT_MAX_LENGTH = 150;
const NOT_IN_TENANT = /[^A-Za-z0-9!\-_.*'()]/u;
/** Tenants that one query may read. */
const MAX_READ_TENANTS = 100;

/** With tenancy off the header is not looked at, and everything belongs to `anonymous`. */
export function createTenancy(isEnabled: boolean): Tenancy {
  if (!isEnabled) {
    return {
      forReading: () => ({ ok: true, tenants: [ANONYMOUS] }),
      forWriting: () => ({ ok: true, tenant: ANONYMOUS }),
    };
  }
  return {
    forReading: parseTenants,
    forWriting(header) {
      const read = parseTenants(header);
      if (!read.ok) return read;
      const [tenant, ...others] = read.tenants;
      if (others.length > 0) return { ok: false, reason: 'multiple org IDs present' };
      return { ok: true, tenant };
    },
  };
}

function parseTenants(header: string | undefined): ReadTenants {
  const no = (reason: string): ReadTenants => ({ ok: false, reason });
  if (header === undefined || header === '') return no('no org id');
  const names = [...new Set(header.split('|'))].sort(compareUtf8);
  if (names.length > MAX_READ_TENANTS) {
    return no(`${names.length} tenants at once; the limit is ${MAX_READ_TENANTS}`);
  }
  for (const name of names) {
    if (name === '') return no('no org id');
    if (name === '.' || name === '..') return no("tenant ID is '.' or '..'");
    const bad = NOT_IN_TENANT.exec(name)?.[0];
    if (bad !== undefined) return no(`tenant ID '${name}' contains unsupported character '${bad}'`);
    if (name.length > TENANT_MAX_LENGTH) {
      return no(`tenant ID is too long: max ${TENANT_MAX_LENGTH} characters`);
    }
  }
  const [first, ...others] = names.map(tenantId);
  return first === undefined ? no('no org id') : { ok: true, tenants: [first, ...others] };
}
