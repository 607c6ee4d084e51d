import type { Clock, Fs, Random } from '@emberscope/node-kit';
import type { ProfileReader, ProfileStore } from '../../profile-store.ts';

/** A store under test: what an owner holds, and the work of its timers by hand. */
export type SimStore = ProfileStore & {
  flush(): Promise<void>;
  runMaintenance(): Promise<void>;
  /** None when left out. */
  rollups?(): SimRollups;
};

export type SimRollups = {
  /** While a store runs, what it has is the same when this is. */
  readonly version: number;
  /** Sees roll-ups alone, all of them: as if every day had gone. */
  readonly reader: Pick<ProfileReader, 'mergeTree' | 'selectSeries'>;
};

export type SimStoreOptions = {
  /** What a store tells its operator. */
  readonly onEvent?: (message: string) => void;
  readonly fs: Fs;
  readonly clock: Clock;
  readonly random: Random;
  readonly dataDir: string;
  /** For ever when left out. */
  readonly retentionMillis: number | undefined;
};

export type SimSubject = {
  open(options: SimStoreOptions): SimStore;
  /**
   * What is wrong with the files of a store that has been stopped: one sentence each. Files may
   * wait to be unlinked, but where it `isTidy`: just started, or a while after its last work.
   */
  faultsOf(fs: Fs, dataDir: string, isTidy: boolean): Promise<readonly string[]>;
  /** A number that grows whenever the store, which may run, has other files than before. */
  versionOf(fs: Fs, dataDir: string): Promise<number>;
};

export const DATA_DIR = '/data';
