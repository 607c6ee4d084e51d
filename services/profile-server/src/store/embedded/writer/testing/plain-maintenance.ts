import type { Fs } from '@emberscope/node-kit';
import { createByteReader } from '../../codec/byte-reader.ts';
import { createByteWriter } from '../../codec/byte-writer.ts';
import {
  type RowCounts,
  readDictionaryRows,
  writeDictionaryRows,
} from '../../codec/dictionary-rows.ts';
import type { DeletionEntry, SegmentEntry } from '../../manifest/manifest.ts';
import { deflateHere } from '../../segment/deflate-page.ts';
import type { EpochDirectory, SegmentDirectory } from '../../segment/segment-directory.ts';
import { openSegment } from '../../segment/segment-file.ts';
import { createSegmentWriter } from '../../segment/segment-writer.ts';
import { dayOfNanos, nameOfDay } from '../epoch-key.ts';
import type { Maintenance } from '../maintenance-jobs.ts';
import { collectRows } from './collected-rows.ts';
import { isHidden, type PlainProfile, profilesOfGeneration } from './plain-profiles.ts';

/**
 * Flush and merge that write real files with real dictionaries, and of profiles only who they are:
 * enough for a writer, which never reads more.
 */
export type PlainMaintenance = Maintenance & {
  /** What the profiles of a segment are. */
  profilesOf(entry: SegmentEntry): readonly PlainProfile[];
};

type PlainDirectory = SegmentDirectory & { readonly profiles: readonly PlainProfile[] };

type PlainEpoch = Omit<EpochDirectory, 'page'> & { readonly rows: ReturnType<typeof collectRows> };

export function createPlainMaintenance(fs: Fs, dataDir: string): PlainMaintenance {
  async function write(
    file: string,
    kind: SegmentEntry['kind'],
    day: number,
    epochs: readonly PlainEpoch[],
    profiles: readonly PlainProfile[],
    sequence: number,
  ): Promise<SegmentEntry> {
    const writer = await createSegmentWriter({ fs, dataDir, file, level: 1, deflate: deflateHere });
    try {
      const directories: EpochDirectory[] = [];
      for (const { rows, ...epoch } of epochs) {
        const out = createByteWriter();
        writeDictionaryRows(out, rows.view(), epoch.before, epoch.after);
        directories.push({ ...epoch, page: await writer.addPage(out.finish()) });
      }
      const directory: PlainDirectory = {
        version: 1,
        day,
        isRollup: kind === 'rollup',
        epochs: directories,
        tables: profiles.map(({ epoch, labels, sampleTypes }) => ({
          epoch: directories.findIndex(
            (of) =>
              of.ordinal === epoch.ordinal &&
              of.tenant === epoch.tenant &&
              of.service === epoch.service,
          ),
          sampleTypes,
          periodType: undefined,
          streams: {
            labels: [labels],
            profileCount: [1],
            oldestMillis: [0],
            newestMillis: [0],
            typeBits: [1],
          },
          remarks: [],
          levels: [],
        })),
        pushIds: undefined,
        profiles,
      };
      const written = await writer.finish(directory);
      const millis = profiles.map(({ timeNanos }) => Number(BigInt(timeNanos) / 1_000_000n));
      const arrivals = profiles.map(({ arrival }) => arrival);
      return {
        file,
        kind,
        day,
        ...written,
        profileCount: profiles.length,
        oldestMillis: Math.min(...millis, Number.MAX_SAFE_INTEGER),
        newestMillis: Math.max(...millis, 0) + 1,
        firstArrival: Math.min(...arrivals, Number.MAX_SAFE_INTEGER),
        lastArrival: Math.max(...arrivals, 0),
        sequence,
        newestPushIdMillis: 0,
      };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  const left = (profiles: readonly PlainProfile[], deletions: readonly DeletionEntry[]) =>
    profiles.filter((profile) => !deletions.some((deletion) => isHidden(profile, deletion)));

  function directoryOf(path: string): { directory: PlainDirectory; pages: readonly Uint8Array[] } {
    const segment = openSegment(fs, path);
    const directory = segment.directory as PlainDirectory;
    const pages = directory.epochs.map(({ page }) => segment.page(page));
    segment.close();
    return { directory, pages };
  }

  return {
    profilesOf: ({ file }) => directoryOf(`${dataDir}/${file}`).directory.profiles,

    async flush({ generation, deletions, sequence, files }) {
      const { epochs, profiles } = profilesOfGeneration(generation);
      const days = [
        ...new Set(profiles.map(({ timeNanos }) => dayOfNanos(BigInt(timeNanos)))),
      ].sort((a, b) => a - b);
      const segments: SegmentEntry[] = [];
      for (const [i, day] of days.entries()) {
        const ofDay = left(profiles, deletions).filter(
          ({ timeNanos }) => dayOfNanos(BigInt(timeNanos)) === day,
        );
        const file = `${nameOfDay(day)}/${String(files[i]).padStart(6, '0')}.seg`;
        const epochsOfDay = epochs.filter((epoch) => epoch.day === day);
        segments.push(await write(file, 'flush', day, epochsOfDay, ofDay, sequence));
      }
      return { segments };
    },

    async merge({ day, inputs, deletions, sequence, file, kind, rollup }) {
      const number = String(file).padStart(6, '0');
      if (kind === 'rollup') {
        const name = `rollup/${nameOfDay(day)}-${number}.seg`;
        return { segment: undefined, rollup: await write(name, kind, day, [], [], sequence) };
      }
      const byKey = new Map<string, PlainEpoch>();
      const profiles: PlainProfile[] = [];
      const read = inputs.map((input) => directoryOf(`${dataDir}/${input.file}`));
      const parts = read
        .flatMap(({ directory, pages }) =>
          directory.epochs.map((epoch, i) => ({ epoch, page: pages[i] ?? new Uint8Array(0) })),
        )
        .sort(
          (a, b) =>
            a.epoch.before.strings +
            a.epoch.before.stacks -
            b.epoch.before.strings -
            b.epoch.before.stacks,
        );
      for (const { directory } of read) profiles.push(...directory.profiles);
      for (const { epoch, page } of parts) {
        const key = `${epoch.tenant} ${epoch.service} ${epoch.ordinal}`;
        const { page: _, ...rest } = epoch;
        const known = byKey.get(key) ?? { ...rest, rows: collectRows(epoch.before) };
        known.rows.append(readDictionaryRows(createByteReader(page), known.rows.counts()));
        byKey.set(key, { ...known, after: known.rows.counts() as RowCounts });
      }
      const kept = left(profiles, deletions);
      if (kept.length === 0) return { segment: undefined, rollup: undefined };
      const epochs = [...byKey.values()];
      return {
        segment: await write(`${nameOfDay(day)}/${number}.seg`, kind, day, epochs, kept, sequence),
        rollup: rollup
          ? await write(`rollup/${nameOfDay(day)}-${number}.seg`, 'rollup', day, [], [], sequence)
          : undefined,
      };
    },
  };
}
