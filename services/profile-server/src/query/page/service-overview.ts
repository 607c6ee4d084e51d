import { wholeMillisRange } from '../millis-range.ts';
import type { MillisRange } from './page-request.ts';
import { aliveSinceMillis, livingPart } from './service-life.ts';
import {
  type CpuUse,
  cpuOf,
  heldByService,
  type ServiceQuery,
  servicesWithBlocks,
} from './service-measures.ts';
import { readServiceRows, type ServiceKey, type ServiceRow } from './service-rows.ts';
import { memoryTypeOf, typesOf } from './service-types.ts';

/** What is known of services, by their keys; those that lack it are not there. */
export type Measures = {
  readonly cpu: ReadonlyMap<ServiceKey, CpuUse>;
  readonly memoryBytes: ReadonlyMap<ServiceKey, bigint>;
  readonly everBlocked: ReadonlySet<ServiceKey>;
};

/**
 * Measures of all rows, of late, of the instances that live. No query is about a single row: those of
 * memory are shared by all services of the same type and about the same interval.
 */
export async function readMeasures(
  about: ServiceQuery,
  rows: ReadonlyMap<ServiceKey, ServiceRow>,
  recent: MillisRange,
): Promise<Measures> {
  const { query, matchers, rowNames } = about;
  const recentNanos = wholeMillisRange(recent.startMillis, recent.endMillis);
  const recentRows = await readServiceRows(query, recentNanos, matchers, rowNames);
  const cpu = new Map<ServiceKey, CpuUse>();
  const heldOfType = new Map<string, ReadonlyMap<ServiceKey, bigint>>();
  const memoryBytes = new Map<ServiceKey, bigint>();
  for (const [key, recentRow] of recentRows) {
    const row = rows.get(key);
    if (row === undefined) continue;
    const sinceMillis = aliveSinceMillis(row, recent.endMillis);
    const living = livingPart(recentRow, sinceMillis);
    if (living === undefined) continue;
    const spent = cpuOf(living);
    if (spent !== undefined) cpu.set(key, spent);
    const memoryType = memoryTypeOf(typesOf(living));
    if (memoryType === undefined) continue;
    const startMillis = later(recent.startMillis, sinceMillis ?? recent.startMillis);
    const asked = `${memoryType.id} ${startMillis}`;
    const range = wholeMillisRange(startMillis, recent.endMillis);
    const held = heldOfType.get(asked) ?? (await heldByService(about, range, memoryType));
    heldOfType.set(asked, held);
    memoryBytes.set(key, held.get(key) ?? 0n);
  }
  return { cpu, memoryBytes, everBlocked: await servicesWithBlocks(about) };
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
