import type { StoreStats } from '../answers.ts';
import type { DeletionId } from '../ids.ts';
import { createPartsReader } from '../parts/parts-reader.ts';
import { answer, type QueryGuard } from '../parts/query-guard.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { QueryContext } from '../selection.ts';
import type { StoreAnswer, StoreError } from '../store-error.ts';
import { createHead, type DroppedProfiles } from './head.ts';
import { MEMORY_LIMIT_BYTES, MEMORY_LIMIT_MIN_BYTES } from './memory-limit.ts';
import { findRows, selectAny, selectProfiles } from './select-profiles.ts';

export type MemoryStoreOptions = {
  readonly nowMillis: () => number;
  /** What profiles may take in memory, by the store's own estimate. */
  readonly limitBytes?: number;
  /** New series of a tenant beyond this are refused. */
  readonly maxSeries?: number;
  /** Older profiles are refused, and go when they become it; never when left out. */
  readonly retentionNanos?: bigint;
  /** Told whenever acknowledged profiles had to go for newer ones: a line for the log. */
  readonly onDrop?: (dropped: DroppedProfiles) => void;
};

/** What only a store in memory has to say. */
export type MemoryStoreStats = StoreStats & {
  readonly engine: 'memory';
  readonly durability: 'lost-at-restart';
  readonly memoryLimitBytes: number;
  /** Profiles that were acknowledged and had to go for newer ones, since the start. */
  readonly droppedProfileCount: number;
};

export type MemoryStore = Omit<ProfileStore, 'stats'> & {
  stats(): Promise<MemoryStoreStats>;
};

/** Live series of a tenant when the owner names no limit: that of the design's table of bounds. */
export const MAX_SERIES = 50_000;

const EXPIRE_EVERY_MILLIS = 1000;

/**
 * A store that keeps profiles in memory, within a limit of bytes, and loses them when its process
 * ends. When the limit is reached, the profiles that came first go, an eighth of the limit at a
 * time; `stats` counts them and `onDrop` is told. Nothing else that was acknowledged is lost before
 * its retention ends.
 *
 * Its work is done within the call, so a large query holds its thread: it belongs into a worker.
 * Throws a RangeError for a limit below {@link MEMORY_LIMIT_MIN_BYTES}.
 */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const { nowMillis, limitBytes = MEMORY_LIMIT_BYTES, retentionNanos } = options;
  if (!(limitBytes >= MEMORY_LIMIT_MIN_BYTES)) {
    throw new RangeError(
      `a memory limit of ${limitBytes} bytes; it must be ${MEMORY_LIMIT_MIN_BYTES} at least`,
    );
  }
  const head = createHead({
    nowMillis,
    limitBytes,
    maxSeries: options.maxSeries ?? MAX_SERIES,
    retentionNanos,
    onDrop: options.onDrop ?? (() => {}),
  });
  let isRunning = false;
  let expiredMillis = Number.NEGATIVE_INFINITY;

  /** For pushes, which see nothing of what has expired: they come by the hundred a second. */
  function expireNowAndThen(): void {
    const now = nowMillis();
    if (now >= expiredMillis && now - expiredMillis < EXPIRE_EVERY_MILLIS) return;
    expiredMillis = now;
    head.expire();
  }

  async function query<Value>(
    context: QueryContext,
    run: (guard: QueryGuard) => Value,
  ): Promise<StoreAnswer<Value>> {
    if (!isRunning) return { ok: false, error: NOT_RUNNING };
    head.expire();
    return answer(context, nowMillis, run);
  }

  return {
    async start() {
      isRunning = true;
    },
    isReady: () => isRunning,
    async stop() {
      isRunning = false;
      head.clear();
    },

    async push(tenant, series) {
      if (!isRunning) {
        const outcome = {
          kind: 'refused',
          refusal: { kind: 'store', error: NOT_RUNNING },
        } as const;
        return series.map(({ profiles }) => profiles.map(() => outcome));
      }
      expireNowAndThen();
      return series.map(({ labels, profiles }) =>
        profiles.map((profile) => head.push(tenant, labels, profile)),
      );
    },

    async deleteSeries(selection) {
      return query({ signal: new AbortController().signal }, (guard) => {
        for (const { of, type, rows } of [...findRows(head, selection, undefined, guard)]) {
          for (const row of rows) head.removeType(of, row, type);
        }
        head.forgetSpentBlocks();
        // Nothing is left to be done later that the id would have to find again.
        return crypto.randomUUID() as DeletionId;
      });
    },

    ...createPartsReader({
      query,
      selectAny: (q, guard) => selectAny(head, q, guard),
      selectProfiles: (q, guard, holding) => selectProfiles(head, q, guard, holding),
    }),

    async tenantStats(tenants, context) {
      return query(context, () => {
        const times = head.timesOf(tenants);
        if (times === undefined) return { kind: 'nothing-ingested' };
        return { kind: 'ingested', ...times };
      });
    },

    async stats() {
      head.expire();
      const times = head.timesOf(head.tenants());
      return {
        engine: 'memory',
        seriesCount: head.seriesCount(),
        profileCount: head.profileCount(),
        oldestNanos: times?.oldestNanos,
        newestNanos: times?.newestNanos,
        memoryBytes: head.bytes(),
        memoryLimitBytes: limitBytes,
        droppedProfileCount: head.droppedProfileCount(),
        diskBytes: 0,
        retentionNanos,
        durability: 'lost-at-restart',
      };
    },
  };
}

const NOT_RUNNING: StoreError = {
  kind: 'unavailable',
  reason: 'the store in memory has not been started, or has stopped',
  retryAfterSeconds: 1,
};
