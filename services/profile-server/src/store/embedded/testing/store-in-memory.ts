import { createSeededRandom, createSimClock, createSimFs } from '@emberscope/node-kit';
import { unixMillis } from '@emberscope/units';
import { createEmbeddedStore, type EmbeddedStore } from '../embedded-store.ts';

export type StoreInMemoryOptions = {
  readonly nowMillis?: () => number;
  readonly maxSeries?: number;
  readonly retentionNanos?: bigint;
};

const MAX_SERIES = 50_000;

let seed = 0;

/** The engine on a disk in memory, which never fails; its clock goes by `nowMillis` and no timer runs. */
export function createStoreInMemory(options: StoreInMemoryOptions = {}): EmbeddedStore {
  seed++;
  const sim = createSimClock();
  const { nowMillis, maxSeries = MAX_SERIES, retentionNanos = 0n } = options;
  const clock =
    nowMillis === undefined ? sim : { ...sim, nowMillis: () => unixMillis(nowMillis()) };
  return createEmbeddedStore({
    fs: createSimFs({ random: createSeededRandom(seed), clock }),
    clock,
    random: createSeededRandom(seed),
    dataDir: '/data',
    retentionMillis: Number(retentionNanos / 1_000_000n),
    rollupRetentionMillis: 0,
    maxBytes: 0,
    dropsOldestWhenFull: false,
    maxSeries,
    log: () => {},
  });
}
