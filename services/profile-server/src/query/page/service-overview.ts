import { wholeMillisRange } from '../millis-range.ts';
import type { MillisRange } from './page-request.ts';
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

/** Measures of all rows, of late. No query is about a single row. */
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
  for (const [key, row] of recentRows) {
    if (!rows.has(key)) continue;
    const spent = cpuOf(row);
    if (spent !== undefined) cpu.set(key, spent);
    const memoryType = memoryTypeOf(typesOf(row));
    if (memoryType === undefined) continue;
    const held =
      heldOfType.get(memoryType.id) ?? (await heldByService(about, recentNanos, memoryType));
    heldOfType.set(memoryType.id, held);
    memoryBytes.set(key, held.get(key) ?? 0n);
  }
  return { cpu, memoryBytes, everBlocked: await servicesWithBlocks(about) };
}
