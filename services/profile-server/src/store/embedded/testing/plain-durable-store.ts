import { crc32 } from 'node:zlib';
import {
  type File,
  type Fs,
  makeDirectoryDurably,
  readWholeFile,
  uuidV4,
  writeFully,
} from '@emberscope/node-kit';
import { createRecordBatch, scanRecords } from '@emberscope/record-log';
import { unixNanos } from '@emberscope/units';
import type { DeletionId, ProfileId, TenantId } from '../../ids.ts';
import type { PushOutcome, PushProfile, PushSeries } from '../../push.ts';
import type { Selection } from '../../selection.ts';
import type { StoreError } from '../../store-error.ts';
import { createBruteForceStore } from '../../testing/brute-force-store.ts';
import { isSelected, type StoredProfile, storedProfilesOf } from '../../testing/stored-profile.ts';
import type { SimStore, SimStoreOptions } from './sim-subject.ts';

/** Rules that a plain store can break, to see whether simulated runs notice. */
export type PlainBug =
  | 'acks-before-sync'
  | 'ignores-short-writes'
  | 'no-directory-sync'
  | 'uses-a-file-after-a-failed-sync'
  | 'forgets-push-ids'
  | 'keeps-what-it-refused';

const LIMITS = { maxPayloadBytes: 1 << 20 };
const DAY_MILLIS = 86_400_000;
const KIND = { profile: 1, deletion: 2 } as const;

/** What records refer to: contents are of no interest here, so they stay in memory. */
type Entry = {
  readonly tenant: TenantId;
  readonly labels: PushSeries['labels'];
  readonly pushed: PushProfile;
  readonly id: ProfileId;
  readonly millis: number;
};

/**
 * The simplest store that survives: one log file for each batch of pushes, with a number for each
 * profile, and the contents in memory beside it. It is what the simulation is tried on: right, it
 * passes every seed; with a bug, it must not.
 */
export function plainDurableStores(bug?: PlainBug) {
  const entries: Entry[] = [];
  const deletions: Selection[] = [];

  return function open(options: SimStoreOptions): SimStore {
    const { fs, clock, random, dataDir, retentionMillis } = options;
    const retentionNanos =
      retentionMillis === undefined ? undefined : BigInt(retentionMillis) * 1_000_000n;
    let stored: StoredProfile[] = [];
    const pushIds = new Map<string, number>();
    let nextFile = 0;
    let isRunning = false;
    let turn: Promise<unknown> = Promise.resolve();

    const floor = () =>
      retentionNanos === undefined ? -1n : BigInt(clock.nowMillis()) * 1_000_000n - retentionNanos;
    const reader = () =>
      createBruteForceStore({
        nowMillis: () => clock.nowMillis(),
        stored: stored.filter(({ timeNanos }) => timeNanos >= floor()),
      });

    /** One after the other. */
    function inTurn<T>(run: () => Promise<T>): Promise<T> {
      const done = turn.then(run);
      turn = done.catch(() => {});
      return done;
    }

    function applyProfile({ tenant, labels, pushed, id, millis }: Entry): void {
      stored.push(...storedProfilesOf(tenant, id, labels, pushed.profile));
      if (pushed.pushId !== undefined && bug !== 'forgets-push-ids') {
        pushIds.set(`${tenant} ${pushed.pushId}`, millis);
      }
    }

    function applyDeletion(selection: Selection): void {
      stored = stored.filter((each) => !isSelected(each, selection));
    }

    /** A file of its own for each batch: named when it is whole, so no file is ever half of one. */
    async function write(records: readonly (readonly [number, number])[]): Promise<void> {
      const batch = createRecordBatch(crc32, LIMITS);
      for (const [kind, number] of records) batch.append(kind, encode(number));
      const name = `${dataDir}/${String(nextFile++).padStart(8, '0')}`;
      const file = await fs.open(`${name}.tmp`, 'truncate');
      try {
        if (bug === 'ignores-short-writes') await file.write(batch.bytes(), 0);
        else await writeFully(file, batch.bytes(), 0);
        if (bug !== 'acks-before-sync') await synced(file);
      } finally {
        await file.close();
      }
      await fs.rename(`${name}.tmp`, name);
      if (bug === 'no-directory-sync') return;
      try {
        await fs.syncDir(dataDir);
      } catch (error) {
        // The name may come back after a crash, and its records were refused.
        if (bug !== 'keeps-what-it-refused') await removeDurably(fs, name, dataDir);
        throw error;
      }
    }

    async function synced(file: File): Promise<void> {
      if (bug !== 'uses-a-file-after-a-failed-sync') return file.datasync();
      await file.datasync().catch(() => file.datasync());
    }

    async function takeRecord(kind: number, number: number): Promise<void> {
      if (kind === KIND.deletion) {
        const selection = deletions[number];
        if (selection !== undefined) applyDeletion(selection);
        return;
      }
      const entry = entries[number];
      if (entry !== undefined) applyProfile(entry);
    }

    function admit(tenant: TenantId, labels: PushSeries['labels'], pushed: PushProfile) {
      const millis = clock.nowMillis();
      const timeNanos =
        pushed.profile.timeNanos === 0n ? clock.nowNanos() : unixNanos(pushed.profile.timeNanos);
      const sentMillis = pushIds.get(`${tenant} ${pushed.pushId}`);
      if (sentMillis !== undefined && millis - sentMillis < DAY_MILLIS) {
        return { kind: 'duplicate' as const };
      }
      if (timeNanos < floor()) {
        const refusal = { kind: 'older-than-retention' as const, reason: `${timeNanos} ns` };
        return { kind: 'refused' as const, refusal };
      }
      const profileId = uuidV4(random) as ProfileId;
      const profile = { ...pushed.profile, timeNanos };
      if (storedProfilesOf(tenant, profileId, labels, profile).length === 0) {
        return { kind: 'empty' as const };
      }
      const entry = { tenant, labels, pushed: { ...pushed, profile }, id: profileId, millis };
      return { kind: 'stored' as const, profileId, entry };
    }

    async function push(
      tenant: TenantId,
      labels: PushSeries['labels'],
      pushed: PushProfile,
    ): Promise<PushOutcome> {
      const outcome = admit(tenant, labels, pushed);
      if (outcome.kind !== 'stored') return outcome;
      const number = entries.push(outcome.entry) - 1;
      try {
        await write([[KIND.profile, number]]);
      } catch (error) {
        return { kind: 'refused', refusal: { kind: 'store', error: unavailable(error) } };
      }
      applyProfile(outcome.entry);
      return { kind: 'stored', profileId: outcome.profileId };
    }

    return {
      async start() {
        await makeDirectoryDurably(fs, dataDir);
        const names = (await fs.readdir(dataDir)).map(({ name }) => name);
        for (const name of names) {
          if (name.endsWith('.tmp')) {
            await fs.unlink(`${dataDir}/${name}`);
            continue;
          }
          nextFile = Number(name) + 1;
          const bytes = await readWholeFile(fs, `${dataDir}/${name}`, 1 << 20);
          const records: (readonly [number, number])[] = [];
          scanRecords(bytes, crc32, LIMITS, (event) => {
            if (event.kind === 'record') {
              records.push([event.record.kind, decode(event.record.payload)]);
            }
          });
          for (const [kind, number] of records) await takeRecord(kind, number);
        }
        // What was read may be in memory alone: names of the process before, without a sync.
        await fs.syncDir(dataDir);
        isRunning = true;
      },
      isReady: () => isRunning,
      stop: () =>
        inTurn(async () => {
          isRunning = false;
        }),
      flush: async () => {
        if (bug === 'forgets-push-ids') pushIds.clear();
      },
      runMaintenance: async () => {},
      push: (tenant, series) =>
        inTurn(async () => {
          const outcomes: PushOutcome[][] = [];
          for (const { labels, profiles } of series) {
            const ofSeries: PushOutcome[] = [];
            for (const pushed of profiles) ofSeries.push(await push(tenant, labels, pushed));
            outcomes.push(ofSeries);
          }
          return outcomes;
        }),
      deleteSeries: (selection) =>
        inTurn(async () => {
          const number = deletions.push(selection) - 1;
          try {
            await write([[KIND.deletion, number]]);
          } catch (error) {
            return { ok: false, error: unavailable(error) };
          }
          applyDeletion(selection);
          return { ok: true, value: uuidV4(random) as DeletionId };
        }),
      profileTypes: (...q) => reader().profileTypes(...q),
      labelNames: (...q) => reader().labelNames(...q),
      labelValues: (...q) => reader().labelValues(...q),
      labelSets: (...q) => reader().labelSets(...q),
      activity: (...q) => reader().activity(...q),
      mergeTree: (...q) => reader().mergeTree(...q),
      mergeTotal: (...q) => reader().mergeTotal(...q),
      mergeProfile: (...q) => reader().mergeProfile(...q),
      mergeFunction: (...q) => reader().mergeFunction(...q),
      selectSeries: (...q) => reader().selectSeries(...q),
      selectPoints: (...q) => reader().selectPoints(...q),
      singleProfiles: (...q) => reader().singleProfiles(...q),
      functionTimelines: (...q) => reader().functionTimelines(...q),
      tenantStats: (...q) => reader().tenantStats(...q),
      stats: () => reader().stats(),
    };
  };
}

async function removeDurably(fs: Fs, name: string, dataDir: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await fs.unlink(name).catch(() => {});
      await fs.syncDir(dataDir);
      return;
    } catch {}
  }
  throw new Error('a disk that fails a hundred times');
}

function encode(number: number): Uint8Array {
  return new TextEncoder().encode(String(number));
}

function decode(payload: Uint8Array): number {
  return Number(new TextDecoder().decode(payload));
}

function unavailable(error: unknown): StoreError {
  return { kind: 'unavailable', reason: String(error), retryAfterSeconds: 1 };
}
