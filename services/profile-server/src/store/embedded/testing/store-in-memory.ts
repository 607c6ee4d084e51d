import { createSeededRandom, createSimClock, createSimFs, type Fs } from '@emberscope/node-kit';
import { unixMillis } from '@emberscope/units';
import { createEmbeddedStore, type EmbeddedStore } from '../embedded-store.ts';

export type StoreInMemoryOptions = {
  readonly nowMillis?: () => number;
  readonly maxSeries?: number;
  readonly retentionNanos?: bigint;
  /** A disk that other stores have written, one after another. An empty one when left out. */
  readonly fs?: Fs;
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
    fs: options.fs ?? createSimFs({ random: createSeededRandom(seed), clock }),
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
