import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFs, systemClock, systemRandom } from '@emberscope/node-kit';
import { unixMillis } from '@emberscope/units';
import { createEmbeddedStore, type EmbeddedStore } from '../store/embedded/embedded-store.ts';

/** Files in memory, where there are any: what a sync takes is measured by `store-writer.bench`. */
const MEMORY_FOLDER = '/dev/shm';

export type BenchStore = {
  readonly store: EmbeddedStore;
  /** Stops the store and removes its files. */
  close(): Promise<void>;
};

/** The engine on this thread, started, in a folder of its own; its clock stands at `nowMillis`. */
export async function openBenchStore(nowMillis: number): Promise<BenchStore> {
  const folder = existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
  const dataDir = mkdtempSync(join(folder, 'emberscope-bench-'));
  const store = createEmbeddedStore({
    fs: nodeFs,
    clock: { ...systemClock, nowMillis: () => unixMillis(nowMillis) },
    random: systemRandom,
    dataDir,
    retentionMillis: 0,
    rollupRetentionMillis: 0,
    maxBytes: 0,
    dropsOldestWhenFull: false,
    maxSeries: 50_000,
    log: ({ message }) => console.error(message),
  });
  await store.start();
  return {
    store,
    async close() {
      await store.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}
