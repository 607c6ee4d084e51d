import type { LabelSet } from '@emberscope/labels';
import { NANOS_PER_MILLI, type UnixNanos, unixNanos } from '@emberscope/units';
import { MAP_ENTRY_BYTES, stringBytes } from '../dictionary/heap-sizes.ts';
import type { TenantId } from '../ids.ts';
import { comparePoints, pointFromNanos } from '../parts/point-in-time.ts';
import { randomId, textOfId } from '../parts/profile-ids.ts';
import { kindOfProfile } from '../parts/profile-kind.ts';
import { createSeriesRegistry, type SeriesRegistry } from '../parts/series-registry.ts';
import type { PushOutcome, PushProfile } from '../push.ts';
import { isEmpty, tooManySeries, tooOld } from '../pushes/admission.ts';
import { createPushIds } from '../pushes/push-ids.ts';
import { tooLarge } from './admission.ts';
import { type Block, createBlock } from './block.ts';
import { BLOCK_SHARE, PUSH_IDS_SHARE } from './memory-limit.ts';
import type { ProfileTable } from './profile-table.ts';
import { createTimeSpan, type TimesHeld } from './time-span.ts';

export type HeadOptions = {
  readonly nowMillis: () => number;
  readonly limitBytes: number;
  readonly maxSeries: number;
  readonly retentionNanos: bigint | undefined;
  readonly onDrop: (dropped: DroppedProfiles) => void;
};

/** Profiles that were acknowledged and had to go so that newer ones fit into memory. */
export type DroppedProfiles = TimesHeld & {
  readonly profileCount: number;
  /** What was given back. */
  readonly freedBytes: number;
  readonly limitBytes: number;
};

/** A table of a tenant, with the streams that its rows refer to. */
export type TenantTable = {
  readonly tenant: TenantId;
  readonly table: ProfileTable;
  readonly registry: SeriesRegistry;
};

/**
 * All profiles of the store, as blocks in order of arrival. The last one takes what comes in, until
 * it has its share of the limit; the first one goes when the limit is reached.
 *
 *     [ block ][ block ][ block ][ open      ]
 *       first to go                takes profiles
 */
export type Head = {
  push(tenant: TenantId, labels: LabelSet, pushed: PushProfile): PushOutcome;
  /** Takes out what has become older than the retention. */
  expire(): void;
  tenants(): readonly TenantId[];
  /** The tables of a tenant, those of the oldest block first. */
  tablesOf(tenant: TenantId): readonly TenantTable[];
  /** Takes one type of a profile out. Its samples stay in memory until their block goes. */
  removeType(of: TenantTable, row: number, type: number): void;
  /** To be called when types were taken out: blocks that are empty go. */
  forgetSpentBlocks(): void;
  /** Of the profiles that some tenants have; undefined when they have none. */
  timesOf(tenants: readonly TenantId[]): TimesHeld | undefined;
  readonly seriesCount: () => number;
  readonly profileCount: () => number;
  /** What the limit has cost since the store was made. */
  readonly droppedProfileCount: () => number;
  readonly bytes: () => number;
  /** Lets go of everything. */
  clear(): void;
};

/** A block is closed at the latest when it has this share of the retention, so that it can go. */
const BLOCKS_PER_RETENTION = 8n;

export function createHead(options: HeadOptions): Head {
  const { limitBytes, maxSeries, retentionNanos } = options;
  const registries = new Map<TenantId, SeriesRegistry>();
  const pushIds = createPushIds(options.nowMillis, limitBytes * PUSH_IDS_SHARE);
  let blocks: Block[] = [];
  let open = begin();
  let arrivals = 0;
  /** No profile is older, in ms since the epoch: until then there is nothing to expire. */
  let oldestMillis = Number.POSITIVE_INFINITY;
  /** Of all registries: there may be thousands of tenants, and every push asks. */
  let registryBytes = 0;
  let profileCount = 0;
  let droppedProfileCount = 0;

  function begin(): Block {
    const block = createBlock(options.nowMillis());
    blocks.push(block);
    return block;
  }

  function nowNanos(): UnixNanos {
    return unixNanos(BigInt(Math.trunc(options.nowMillis())) * NANOS_PER_MILLI);
  }

  function registryOf(tenant: TenantId): SeriesRegistry {
    let registry = registries.get(tenant);
    if (registry === undefined) {
      registry = createSeriesRegistry();
      registries.set(tenant, registry);
      registryBytes += registry.bytes() + MAP_ENTRY_BYTES + stringBytes(tenant);
    }
    return registry;
  }

  function append(
    tenant: TenantId,
    labels: LabelSet,
    { profile, pushId }: PushProfile,
    timeNanos: UnixNanos,
  ): PushOutcome {
    const kind = kindOfProfile(profile);
    const registry = registryOf(tenant);
    const bytesBefore = registry.bytes();
    const stream = registry.intern(labels, kind).id;
    registry.addProfile(stream);
    registryBytes += registry.bytes() - bytesBefore;
    const id = randomId();
    const arrived = { id, stream, timeNanos, arrival: arrivals++ };
    open.append(tenant, labels, kind, { profile, arrived });
    if (pushId !== undefined) pushIds.add(tenant, pushId);
    profileCount++;
    oldestMillis = Math.min(oldestMillis, pointFromNanos(timeNanos).millis);
    return { kind: 'stored', profileId: textOfId(id) };
  }

  /** Closes the open block when it has had its share, and drops what no longer fits. */
  function keepWithinLimit(): void {
    if (open.bytes() >= limitBytes * BLOCK_SHARE || isPastItsTime(open)) {
      open.close();
      open = begin();
    }
    while (blocks.length > 1 && bytes() > limitBytes) dropOldestBlock();
  }

  function isPastItsTime({ begunMillis }: Block): boolean {
    if (retentionNanos === undefined) return false;
    const ageNanos = BigInt(Math.trunc(options.nowMillis() - begunMillis)) * NANOS_PER_MILLI;
    return ageNanos * BLOCKS_PER_RETENTION > retentionNanos;
  }

  function dropOldestBlock(): void {
    const [oldest, ...others] = blocks;
    if (oldest === undefined) return;
    const bytesBefore = bytes();
    const times = createTimeSpan();
    for (const tenant of oldest.tenants()) times.addTables(oldest.tablesOf(tenant));
    const count = removeProfiles(
      oldest,
      () => true,
      () => true,
    );
    blocks = others;
    droppedProfileCount += count;
    const held = times.held();
    if (held === undefined) return;
    const freedBytes = bytesBefore - bytes();
    options.onDrop({ ...held, profileCount: count, freedBytes, limitBytes });
  }

  /** Takes whole profiles out of tables of a block and says how many there were. */
  function removeProfiles(
    block: Block,
    mayHoldSome: (table: ProfileTable) => boolean,
    isGone: (table: ProfileTable, row: number) => boolean,
  ): number {
    const countBefore = profileCount;
    for (const tenant of block.tenants()) {
      const registry = registries.get(tenant);
      if (registry === undefined) continue;
      for (const table of block.tablesOf(tenant)) {
        if (!mayHoldSome(table)) continue;
        for (let row = 0; row < table.length(); row++) {
          if (!table.isLive(row) || !isGone(table, row)) continue;
          for (let type = 0; type < table.kind.sampleTypes.length; type++) {
            removeType({ tenant, table, registry }, row, type);
          }
        }
      }
    }
    return countBefore - profileCount;
  }

  function removeType({ tenant, table, registry }: TenantTable, row: number, type: number): void {
    if (!table.isLive(row)) return;
    table.removeType(row, type);
    if (table.isLive(row)) return;
    profileCount--;
    const bytesBefore = registry.bytes();
    registry.removeProfile(table.streamAt(row));
    registryBytes += registry.bytes() - bytesBefore;
    if (registry.seriesCount() > 0) return;
    registries.delete(tenant);
    registryBytes -= registry.bytes() + MAP_ENTRY_BYTES + stringBytes(tenant);
  }

  function bytes(): number {
    let sum = pushIds.bytes() + registryBytes;
    for (const block of blocks) sum += block.bytes();
    return sum;
  }

  /** Blocks of which no profile is left go; of the others it becomes known how old they are. */
  function forgetSpentBlocks(): void {
    oldestMillis = Number.POSITIVE_INFINITY;
    const isSpent = (block: Block): boolean => {
      const blockOldestMillis = tightenTables(block);
      oldestMillis = Math.min(oldestMillis, blockOldestMillis);
      return block !== open && blockOldestMillis === Number.POSITIVE_INFINITY;
    };
    blocks = blocks.filter((block) => !isSpent(block));
  }

  return {
    push(tenant, labels, pushed) {
      const { profile, pushId } = pushed;
      const now = nowNanos();
      const timeNanos = profile.timeNanos === 0n ? now : profile.timeNanos;
      if (pushId !== undefined && pushIds.has(tenant, pushId)) {
        return { kind: 'duplicate' };
      }
      const refusal =
        (retentionNanos === undefined ? undefined : tooOld(timeNanos, now - retentionNanos)) ??
        (isEmpty(profile) ? 'empty' : undefined) ??
        tooManySeries(registries.get(tenant), labels, maxSeries) ??
        tooLarge(profile, limitBytes);
      if (refusal === 'empty') return { kind: 'empty' };
      if (refusal !== undefined) return { kind: 'refused', refusal };
      const outcome = append(tenant, labels, pushed, timeNanos);
      keepWithinLimit();
      return outcome;
    },
    expire() {
      if (retentionNanos === undefined) return;
      const floor = pointFromNanos(nowNanos() - retentionNanos);
      if (floor.millis <= oldestMillis) return;
      for (const block of blocks) {
        removeProfiles(
          block,
          (table) => table.oldestMillis() <= floor.millis,
          (table, row) => comparePoints(table.timeAt(row), floor) < 0,
        );
      }
      forgetSpentBlocks();
    },
    tenants: () => [...registries.keys()],
    tablesOf(tenant) {
      const registry = registries.get(tenant);
      if (registry === undefined) return [];
      return blocks.flatMap((block) =>
        Array.from(block.tablesOf(tenant), (table) => ({ tenant, table, registry })),
      );
    },
    removeType,
    forgetSpentBlocks,
    timesOf(tenants) {
      const times = createTimeSpan();
      for (const block of blocks) {
        for (const tenant of tenants) times.addTables(block.tablesOf(tenant));
      }
      return times.held();
    },
    seriesCount: () => {
      let sum = 0;
      for (const registry of registries.values()) sum += registry.seriesCount();
      return sum;
    },
    profileCount: () => profileCount,
    droppedProfileCount: () => droppedProfileCount,
    bytes,
    clear() {
      blocks = [];
      registries.clear();
      registryBytes = 0;
      pushIds.clear();
      profileCount = 0;
      oldestMillis = Number.POSITIVE_INFINITY;
      open = begin();
    },
  };
}

/** The oldest live profile of a block, in ms since the epoch; infinite when there is none. */
function tightenTables(block: Block): number {
  let oldestMillis = Number.POSITIVE_INFINITY;
  for (const tenant of block.tenants()) {
    for (const table of block.tablesOf(tenant)) {
      table.tighten();
      oldestMillis = Math.min(oldestMillis, table.oldestMillis());
    }
  }
  return oldestMillis;
}
