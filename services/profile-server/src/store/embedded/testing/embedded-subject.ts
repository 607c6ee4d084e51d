import { nodeFs, systemClock, systemRandom } from '@emberscope/node-kit';
import { orphansOf } from '../../../store-tools/orphans.ts';
import { verifyStore } from '../../../store-tools/verify-store.ts';
import type { ProfileReader } from '../../profile-store.ts';
import { flushGeneration } from '../maintenance/flush-generation.ts';
import type { MaintenanceOptions } from '../maintenance/maintenance-jobs.ts';
import { mergeSegments } from '../maintenance/merge-segments.ts';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { readManifest } from '../manifest/manifest-file.ts';
import { createStoreReader } from '../reader/store-reader.ts';
import { type Deflate, deflateHere } from '../segment/deflate-page.ts';
import { createStoreWriter } from '../writer/store-writer.ts';
import type { WriterLimits } from '../writer/store-writer-options.ts';
import type { SimStore, SimStoreOptions, SimSubject } from './sim-subject.ts';

/** What of the disk is held back for a full one: little, on the little disks of tests. */
const BALLAST_MAX_BYTES = 10_000;
/** Time jumps by days there, and nobody waits for hours. */
const JUMP_HELD_MILLIS = 10_000;

/** 2090-01-01: when no profile of a simulated life is kept. */
const AFTER_ALL_MILLIS = 3_786_912_000_000;

/**
 * The store on disk with writer, maintenance and reader in one thread and all work by the calls that
 * ask for it, so that simulated time can drive it.
 */
export function embeddedSubject(
  limits: Partial<WriterLimits> = {},
  deflate: Deflate = deflateHere,
): SimSubject {
  /** What was in order when it was looked at last. */
  let verified: string | undefined;
  return {
    open: (options) => openStore(options, limits, { deflate }),
    async faultsOf(fs, dataDir, isTidy) {
      const manifest = await readManifest(fs, dataDir);
      const state = JSON.stringify([manifest, await fs.readdir(`${dataDir}/log`)]);
      if (isTidy && state === verified && manifest !== undefined) {
        return leftOver(await orphansOf(fs, dataDir, manifest));
      }
      const { faults, orphans } = await verifyStore(fs, dataDir);
      verified = faults.length === 0 ? state : undefined;
      return isTidy ? [...faults, ...leftOver(orphans)] : faults;
    },
    versionOf: async (fs, dataDir) => (await readManifest(fs, dataDir))?.sequence ?? 0,
  };
}

function leftOver(files: readonly string[]): readonly string[] {
  return files.map((file) => `${file} is left over`);
}

/** The same on the disk and the clock of this machine. */
export function openOnThisMachine(dataDir: string): SimStore {
  const options = { fs: nodeFs, clock: systemClock, random: systemRandom, dataDir };
  return openStore({ ...options, retentionMillis: undefined }, {}, {});
}

function openStore(
  { fs, clock, random, dataDir, retentionMillis, onEvent = () => {} }: SimStoreOptions,
  limits: Partial<WriterLimits>,
  maintenance: MaintenanceOptions,
): SimStore {
  const writer = createStoreWriter({
    fs,
    clock,
    random,
    dataDir,
    retentionMillis: retentionMillis ?? 0,
    rollupRetentionMillis: 0,
    maxBytes: 0,
    dropsOldestWhenFull: false,
    maxSeries: 50_000,
    maintenance: {
      flush: (job) => flushGeneration(fs, job, maintenance),
      merge: (job) => mergeSegments(fs, job, maintenance),
    },
    log: ({ message }) => onEvent(message),
    limits: {
      ballastMaxBytes: BALLAST_MAX_BYTES,
      jumpHeldMillis: JUMP_HELD_MILLIS,
      ...limits,
    },
  });
  const reader = createStoreReader({
    fs,
    dataDir,
    nowMillis: () => clock.nowMillis(),
    ...(retentionMillis === undefined
      ? {}
      : { retentionNanos: BigInt(retentionMillis) * 1_000_000n }),
  });
  const afterAll = createStoreReader({
    ...{ fs, dataDir, retentionNanos: 1n },
    nowMillis: () => AFTER_ALL_MILLIS,
  });
  let isReady = false;

  /** A query sees what was acknowledged before it began. */
  function newest(): Omit<ProfileReader, 'stats'> {
    reader.setView(writer.view());
    return reader;
  }

  return {
    async start() {
      await writer.start();
      isReady = true;
    },
    isReady: () => isReady,
    async stop() {
      isReady = false;
      await writer.stop();
      reader.close();
      afterAll.close();
    },
    push: writer.push,
    deleteSeries: writer.deleteSeries,
    flush: writer.flush,
    runMaintenance: writer.runMaintenance,
    rollups() {
      const view = writer.view();
      afterAll.setView(view);
      return { version: sharedManifest(view.manifest).sequence, reader: afterAll };
    },
    profileTypes: (...q) => newest().profileTypes(...q),
    labelNames: (...q) => newest().labelNames(...q),
    labelValues: (...q) => newest().labelValues(...q),
    labelSets: (...q) => newest().labelSets(...q),
    activity: (...q) => newest().activity(...q),
    mergeTree: (...q) => newest().mergeTree(...q),
    mergeTotal: (...q) => newest().mergeTotal(...q),
    mergeProfile: (...q) => newest().mergeProfile(...q),
    mergeFunction: (...q) => newest().mergeFunction(...q),
    selectSeries: (...q) => newest().selectSeries(...q),
    selectPoints: (...q) => newest().selectPoints(...q),
    singleProfiles: (...q) => newest().singleProfiles(...q),
    functionTimelines: (...q) => newest().functionTimelines(...q),
    tenantStats: (...q) => newest().tenantStats(...q),
    stats: () => Promise.reject(new Error('nobody asks a simulated store for its stats')),
  };
}
