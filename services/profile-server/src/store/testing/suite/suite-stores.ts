import { after, before } from 'node:test';
import type { ProfileStore } from '../../profile-store.ts';

/** What the suite sets on a store, so that limits can be met. */
export type SuiteOptions = {
  readonly nowMillis: () => number;
  readonly maxSeries: number;
  readonly retentionNanos: bigint;
};

export type OpenStore = (options: SuiteOptions) => Promise<ProfileStore>;

/** 2026-11-24T12:00:00Z: what the store takes for now. */
export const NOW_MILLIS = 1_795_521_600_000;
export const NOW = BigInt(NOW_MILLIS) * 1_000_000n;
export const SECOND = 1_000_000_000n;
export const DAY = 86_400n * SECOND;
export const MAX_SERIES = 8;

/** A fresh store for each call; all of them are stopped behind the last test. */
export function storeFor(open: OpenStore) {
  const opened: ProfileStore[] = [];
  before(() => {
    opened.length = 0;
  });
  after(async () => {
    for (const store of opened) if (store.isReady()) await store.stop();
  });
  return async (): Promise<ProfileStore> => {
    const store = await open({
      nowMillis: () => NOW_MILLIS,
      maxSeries: MAX_SERIES,
      retentionNanos: 7n * DAY,
    });
    opened.push(store);
    await store.start();
    return store;
  };
}
