import { createSeededRandom, createSimClock, createSimFs } from '@emberscope/node-kit';
import type { Fs } from '@emberscope/node-kit/worker';
import type { DeletionId, ProfileId, TenantId } from '../../../ids.ts';
import type { ProfileStore } from '../../../profile-store.ts';
import type { PushOutcome, PushSeries } from '../../../push.ts';
import type { Selection } from '../../../selection.ts';
import { flushGeneration } from '../../maintenance/flush-generation.ts';
import { daysOf } from '../../maintenance/generation-content.ts';
import { mergeSegments } from '../../maintenance/merge-segments.ts';
import type { DeletionEntry, DeletionMatcher, Manifest } from '../../manifest/manifest.ts';
import { EMPTY_MANIFEST, shareManifest } from '../../manifest/manifest-bytes.ts';
import { deflateHere } from '../../segment/deflate-page.ts';
import type { StoreView } from '../../store-view.ts';
import { createStoreReader, type StoreReader } from '../store-reader.ts';
import { createDrawnLog, type DrawnLog } from './drawn-log.ts';

/** A store of a drawn log, real segments and the reader that is tested; all in one thread. */
export type DrawnStore = ProfileStore & {
  readonly log: DrawnLog;
  readonly reader: StoreReader;
  readonly fs: Fs;
  /** Turns what is in the log into segments. */
  flush(): Promise<void>;
  /** Merges the segments of each day into one, with its roll-up. */
  merge(kind: 'merged' | 'day'): Promise<void>;
  manifest(): Manifest;
  view(): StoreView;
  setManifest(manifest: Manifest): void;
};

export type DrawnStoreOptions = {
  readonly nowMillis: () => number;
  readonly retentionNanos?: bigint;
  readonly fs?: Fs;
  readonly dataDir?: string;
  readonly chunkBytes?: number;
  readonly cacheBytes?: number;
  readonly queryBytes?: number;
  readonly maxOpenFiles?: number;
};

const DAY_MILLIS = 86_400_000;

export function createDrawnStore(options: DrawnStoreOptions): DrawnStore {
  const { nowMillis, retentionNanos, dataDir = '/data' } = options;
  const clock = createSimClock();
  const fs = options.fs ?? createSimFs({ random: createSeededRandom(1), clock });
  const log = createDrawnLog(options.chunkBytes ?? 4096);
  const reader = createStoreReader({ ...options, fs, dataDir });
  const pushIds = new Map<string, number>();
  let manifest: Manifest = EMPTY_MANIFEST;
  let shared = shareManifest(manifest);
  let version = 0;
  let seenVersion = -1;
  let view: StoreView | undefined;

  function commit(next: Partial<Manifest>): void {
    manifest = { ...manifest, ...next, sequence: manifest.sequence + 1 };
    shared = shareManifest(manifest);
    version++;
  }

  function currentView(): StoreView {
    const chunks = log.generations().reduce((sum, each) => sum + each.chunks.length, 0);
    const current = version * 1_000_000 + log.generations().length * 10_000 + chunks;
    if (view === undefined || current !== seenVersion) {
      view = {
        writer: 'drawn',
        version: current,
        manifest: shared,
        generations: log.generations(),
      };
      seenVersion = current;
    }
    return view;
  }

  function pushOne(
    tenant: TenantId,
    { labels }: PushSeries,
    pushed: PushSeries['profiles'][0],
  ): PushOutcome {
    const nowNanos = BigInt(nowMillis()) * 1_000_000n;
    const { profile, pushId } = pushed;
    const key = pushId === undefined ? undefined : `${tenant} ${pushId}`;
    if (key !== undefined && nowMillis() - (pushIds.get(key) ?? -DAY_MILLIS) < DAY_MILLIS) {
      return { kind: 'duplicate' };
    }
    const timeNanos = profile.timeNanos === 0n ? nowNanos : profile.timeNanos;
    if (retentionNanos !== undefined && timeNanos < nowNanos - retentionNanos) {
      return { kind: 'refused', refusal: { kind: 'older-than-retention', reason: '' } };
    }
    const timed = { ...profile, timeNanos: timeNanos as typeof profile.timeNanos };
    const id: ProfileId | undefined = log.append(tenant, labels, timed);
    if (id === undefined) return { kind: 'empty' };
    if (key !== undefined) pushIds.set(key, nowMillis());
    return { kind: 'stored', profileId: id };
  }

  async function flush(): Promise<void> {
    log.cut();
    for (const generation of log.generations().slice(0, -1)) {
      const files = daysOf(generation).map((_, i) => manifest.nextFile + i);
      const { deletions, sequence } = manifest;
      const job = { dataDir, generation, deletions, sequence, files, nowMillis: nowMillis() };
      const { segments } = await flushGeneration(fs, job, { deflate: deflateHere });
      log.drop(generation.generation);
      commit({
        segments: [...manifest.segments, ...segments],
        nextFile: manifest.nextFile + files.length,
      });
    }
  }

  async function merge(kind: 'merged' | 'day'): Promise<void> {
    for (const day of new Set(manifest.segments.map((entry) => entry.day))) {
      const inputs = manifest.segments.filter((entry) => entry.day === day);
      const { deletions, sequence, nextFile } = manifest;
      const merged = await mergeSegments(
        fs,
        {
          ...{ dataDir, day, inputs, deletions, sequence, file: nextFile, kind },
          ...{ rollup: kind === 'day', nowMillis: nowMillis(), pushIdsSinceMillis: 0 },
        },
        { deflate: deflateHere },
      );
      commit({
        nextFile: nextFile + 1,
        segments: [
          ...manifest.segments.filter((entry) => entry.day !== day),
          ...(merged.segment === undefined ? [] : [merged.segment]),
        ],
        rollups: [
          ...manifest.rollups.filter((entry) => entry.day !== day || merged.rollup === undefined),
          ...(merged.rollup === undefined ? [] : [merged.rollup]),
        ],
      });
    }
  }

  function deletionOf({ tenants, matchers, range }: Selection): DeletionEntry {
    return {
      id: String(manifest.sequence + 1),
      sequence: manifest.sequence + 1,
      beforeArrival: log.nextArrival(),
      tenants,
      matchers: matchers.map(
        (each): DeletionMatcher => ({
          name: each.name,
          op: each.op,
          value: 'pattern' in each ? each.pattern.source : each.value,
        }),
      ),
      startNanos: range.startNanos.toString(),
      endNanos: range.endNanos.toString(),
      createdMillis: nowMillis(),
    };
  }

  /** Each query of the reader sees what there is when it begins. */
  function looking<Arguments extends unknown[], Answer>(
    ask: (...asked: Arguments) => Answer,
  ): (...asked: Arguments) => Answer {
    return (...asked) => {
      reader.setView(currentView());
      return ask(...asked);
    };
  }

  return {
    log,
    reader,
    fs,
    flush,
    merge,
    manifest: () => manifest,
    view: currentView,
    setManifest: (next) => commit(next),
    start: async () => {},
    isReady: () => true,
    stop: async () => reader.close(),
    async push(tenant, series) {
      return series.map((each) => each.profiles.map((pushed) => pushOne(tenant, each, pushed)));
    },
    async deleteSeries(selection) {
      commit({ deletions: [...manifest.deletions, deletionOf(selection)] });
      return { ok: true, value: '' as DeletionId };
    },
    profileTypes: looking(reader.profileTypes),
    labelNames: looking(reader.labelNames),
    labelValues: looking(reader.labelValues),
    labelSets: looking(reader.labelSets),
    activity: looking(reader.activity),
    mergeTree: looking(reader.mergeTree),
    mergeTotal: looking(reader.mergeTotal),
    mergeProfile: looking(reader.mergeProfile),
    mergeFunction: looking(reader.mergeFunction),
    selectSeries: looking(reader.selectSeries),
    selectPoints: looking(reader.selectPoints),
    singleProfiles: looking(reader.singleProfiles),
    functionTimelines: looking(reader.functionTimelines),
    tenantStats: looking(reader.tenantStats),
    async stats() {
      return {
        engine: 'drawn',
        seriesCount: 0,
        profileCount: 0,
        oldestNanos: undefined,
        newestNanos: undefined,
        memoryBytes: 0,
        diskBytes: 0,
        retentionNanos,
        durability: 'durable',
      };
    },
  };
}
