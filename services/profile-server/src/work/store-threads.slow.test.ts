import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { systemClock } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { StoreEvent } from '../store/embedded/writer/store-event.ts';
import { ANONYMOUS } from '../store/ids.ts';
import { packProfile } from './packed-series.ts';
import { type StoreThreads, startStoreThreads } from './store-threads.ts';

const LONG_AGO_MILLIS = 3 * 86_400_000;

test('threads that nobody asks anything let go of files that were deleted', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'store-threads-'));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const before = threads(dataDir, 0, () => {});
  assert.ok((await before.start()).ok);
  await before.push({ tenant: ANONYMOUS, service: '', profiles: [oldProfile()] }, []);
  await before.stop();

  let isDropped = false;
  const store = threads(dataDir, 1, ({ message }) => {
    isDropped ||= message.includes('were deleted');
  });
  assert.ok((await store.start()).ok);
  await until(() => openSegments(dataDir).length > 0, 'warming opens the file');
  await until(async () => {
    await store.stats();
    return isDropped;
  }, 'the day is dropped, for it is too large');
  await store.stats();
  await until(() => openSegments(dataDir).length === 0, 'nobody has the file open');
  await store.stop();
});

function threads(
  dataDir: string,
  maxBytes: number,
  onEvent: (event: StoreEvent) => void,
): StoreThreads {
  const mib = 1024 * 1024;
  return startStoreThreads({
    writer: {
      ...{ dataDir, maxBytes, retentionMillis: 0, rollupRetentionMillis: 0 },
      ...{ dropsOldestWhenFull: false, maxSeries: 100 },
    },
    reader: { dataDir, retentionMillis: 0, cacheBytes: 32 * mib, queryBytes: 32 * mib },
    queryLimits: {
      maxQueryLengthMillis: 0,
      maxQueryLookbackMillis: 0,
      maxFlameGraphNodesDefault: 8192,
      maxFlameGraphNodesMax: 0,
    },
    clock: systemClock,
    beingRead: () => 0,
    onDied: (which, { reason }) => assert.fail(`${which}: ${reason}`),
    onEvent,
  });
}

function oldProfile(): Uint8Array {
  const profile = profileFromText('main;serve 1', {
    timeNanos: unixNanos(BigInt(Date.now() - LONG_AGO_MILLIS) * 1_000_000n),
  });
  const labels = labelSetFromRecord({ __name__: 'process_cpu', service_name: 'a' });
  const series = [{ labels, profiles: [{ profile }] }];
  const { outcome } = packProfile({ sizeBytes: 0, outcome: { kind: 'ready', series } });
  assert.ok(outcome.kind === 'ready');
  return outcome.series;
}

/** Descriptors of this process, all of its threads among them. */
function openSegments(dataDir: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(dataDir) && path.includes('.seg') ? [path] : [];
    } catch {
      return [];
    }
  });
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await isTrue()) return;
    await systemClock.sleep(50);
  }
  assert.fail(what);
}
