import { wholeMillisRange } from '../millis-range.ts';
import { keptFromMillis, type MillisRange } from './page-request.ts';
import {
  type Blocks,
  blocksByService,
  cpuOf,
  heldByService,
  type ServiceQuery,
  servicesWithBlocks,
} from './service-measures.ts';
import {
  instanceCount,
  readServiceRows,
  type ServiceKey,
  type ServiceRow,
} from './service-rows.ts';
import { cpuTypeOf, memoryTypeOf, typesOf } from './service-types.ts';

/** CPU spent of late. */
export type CpuUse = {
  readonly totalNanos: bigint;
  readonly coveredNanos: bigint;
  readonly instanceCount: number;
};

/** What is known of services, by their keys; those that lack it are not there. */
export type Measures = {
  readonly cpu: ReadonlyMap<ServiceKey, CpuUse>;
  readonly memoryBytes: ReadonlyMap<ServiceKey, bigint>;
  readonly blocks: ReadonlyMap<ServiceKey, Blocks>;
  readonly everBlocked: ReadonlySet<ServiceKey>;
};

/** Measures of all rows: CPU and memory of late, blocks of the whole range. */
export async function readMeasures(
  about: ServiceQuery,
  rows: ReadonlyMap<ServiceKey, ServiceRow>,
  range: MillisRange,
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
    const types = typesOf(row);
    const cpuType = cpuTypeOf(types);
    if (cpuType !== undefined) {
      const ofType = row.groups.filter(({ profileType }) => profileType === cpuType.id);
      const spent = await cpuOf(about, recentNanos, row, cpuType);
      cpu.set(key, { ...spent, instanceCount: instanceCount(ofType) });
    }
    const memoryType = memoryTypeOf(types);
    if (memoryType !== undefined) {
      const held =
        heldOfType.get(memoryType.id) ?? (await heldByService(about, recentNanos, memoryType));
      heldOfType.set(memoryType.id, held);
      memoryBytes.set(key, held.get(key) ?? 0n);
    }
  }
  const { startMillis, endMillis } = range;
  return {
    cpu,
    memoryBytes,
    blocks: await blocksByService(about, wholeMillisRange(startMillis, endMillis)),
    everBlocked: await servicesWithBlocks(
      about,
      wholeMillisRange(keptFromMillis(query), endMillis),
    ),
  };
}
