import { createByteReader } from '../codec/byte-reader.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import { ID_BYTES } from '../codec/log-records.ts';

/** The id of a push that was stored, so that it is not stored again. */
export type StoredPushId = {
  readonly tenant: string;
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** When it came, in ms since the epoch. */
  readonly arrivalMillis: number;
};

/*
 * The page: number of tenants v, then for each of them its name t, number of ids v, ids 16 each,
 * arrivals v each.
 */

export function encodePushIds(pushIds: readonly StoredPushId[]): Uint8Array {
  const byTenant = new Map<string, StoredPushId[]>();
  for (const each of pushIds) {
    const known = byTenant.get(each.tenant);
    if (known === undefined) byTenant.set(each.tenant, [each]);
    else known.push(each);
  }
  const out = createByteWriter();
  out.uvarint(byTenant.size);
  for (const [tenant, ofTenant] of byTenant) {
    out.text(tenant);
    out.uvarint(ofTenant.length);
    for (const { id } of ofTenant) out.bytes(id);
    for (const { arrivalMillis } of ofTenant) out.uvarint(arrivalMillis);
  }
  return out.finish();
}

/** Throws DamagedBytes for what is no such page. Ids are windows on it. */
export function decodePushIds(page: Uint8Array): readonly StoredPushId[] {
  const from = createByteReader(page);
  const pushIds: StoredPushId[] = [];
  const tenantCount = from.count(2);
  for (let tenantNumber = 0; tenantNumber < tenantCount; tenantNumber++) {
    const tenant = from.text();
    const count = from.count(ID_BYTES + 1);
    const ids = from.bytes(count * ID_BYTES);
    for (let i = 0; i < count; i++) {
      const id = ids.subarray(i * ID_BYTES, (i + 1) * ID_BYTES);
      pushIds.push({ tenant, id, arrivalMillis: from.uvarint() });
    }
  }
  return pushIds;
}
