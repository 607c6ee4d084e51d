import { createSeededRandom, createSimFs } from '@emberscope/node-kit';
import type { LikePlainOptions, Subject, Upkeep } from '../../testing/like-plain-store.ts';
import type { EmbeddedStore } from '../embedded-store.ts';
import { createStoreInMemory } from './store-in-memory.ts';

/** The engine on one disk in memory, through flushes, merges and restarts. */
export async function openRestartedStore(options: LikePlainOptions): Promise<Subject> {
  let fs = createSimFs({ random: createSeededRandom(1) });
  let store: EmbeddedStore = createStoreInMemory({ ...options, fs });
  await store.start();

  async function reopen(): Promise<void> {
    store = createStoreInMemory({ ...options, fs });
    await store.start();
  }

  return {
    store: () => store,
    async keep(what: Upkeep) {
      switch (what) {
        case 'flush':
          return store.flush();
        case 'maintain':
          return store.runMaintenance();
        case 'restart':
          await store.stop();
          return reopen();
        case 'kill':
          // Nothing of it is flushed: the next one reads the log.
          fs = fs.kill();
          return reopen();
        default:
          return what satisfies never;
      }
    },
    stop: () => store.stop(),
  };
}
