import type { Clock, Fs, ListenAddress, Logger } from '@emberscope/node-kit';
import type { ConfigRow } from './http/config-routes.ts';
import type { BuildInfo } from './http/status-routes.ts';
import { queryLimits, type Settings, storeOptions } from './settings.ts';
import { startIngestPool } from './work/ingest-pool.ts';
import { startStoreThreads } from './work/store-threads.ts';

export type ServerParts = {
  readonly settings: Settings;
  readonly pageDir: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly build: BuildInfo;
  /** What the server was started with, to be shown. */
  readonly config: readonly ConfigRow[];
  readonly log: Logger;
  readonly clock: Clock;
  readonly fs: Fs;
};

export type StartedServer =
  | { readonly ok: true; readonly address: ListenAddress; stop(): Promise<void> }
  /** One sentence. */
  | { readonly ok: false; readonly reason: string };

/** Puts the server together, starts it, and answers when it takes requests. */
export async function startServer(parts: ServerParts): Promise<StartedServer> {
  const { settings, log, clock } = parts;
  const beganMillis = clock.monotonicMillis();
  type Mortal = 'writer' | 'query' | 'ingest';
  let noteDeath = (which: Mortal): void => void early.push(which);
  /** Before there is anything that counts them. */
  const early: Mortal[] = [];

  const store = startStoreThreads({
    ...storeOptions(settings, parts.dataDir),
    queryLimits: queryLimits(settings),
    clock,
    beingRead() {
      const { busy, queued } = pool.stats();
      return busy + queued;
    },
    onEvent: ({ level, message }) => log[level](message),
    onDied(which, death) {
      noteDeath(which);
      log.error({ death, which }, 'a thread of the store ended and was replaced; nothing is lost');
    },
  });
  const pool = startIngestPool(clock, (death) => {
    noteDeath('ingest');
    log.error({ death }, 'a thread that reads profiles ended and was replaced');
  });
  // These threads load, and the store opens, while this one loads what the door is made of.
  const [opened, { openDoor }] = await Promise.all([store.start(), import('./open-door.ts')]);
  const door = opened.ok ? await openDoor({ ...parts, store, pool, beganMillis }) : opened;
  if (!door.ok) {
    await Promise.all([pool.close(0), store.stop()]);
    return door;
  }
  for (const which of early) door.threadDied(which);
  noteDeath = door.threadDied;

  return {
    ok: true,
    address: door.address,
    async stop() {
      const { cutRequests, cutConnections } = await door.close();
      await pool.close(0);
      await store.stop();
      log.info({ cutRequests, cutConnections }, 'stopped');
    },
  };
}
