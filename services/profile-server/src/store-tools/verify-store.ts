import { type Fs, FsError, isFsError, readWholeFile } from '@emberscope/node-kit';
import { NO_ROWS } from '../store/embedded/codec/dictionary-rows.ts';
import { isDamagedLog } from '../store/embedded/log/damaged-logs.ts';
import { generationOfLog } from '../store/embedded/log/log-format.ts';
import { DataDirError } from '../store/embedded/manifest/data-dir-error.ts';
import type { Manifest } from '../store/embedded/manifest/manifest.ts';
import { EMPTY_MANIFEST } from '../store/embedded/manifest/manifest-bytes.ts';
import type { EpochDirectory } from '../store/embedded/segment/segment-directory.ts';
import {
  isDeletedUnnamed,
  readManifestUnlessLost,
} from '../store/embedded/writer/open-data-dir.ts';
import { orphansOf } from './orphans.ts';
import { isSameCount, textOfCounts } from './row-counts.ts';
import { verifyTenantFiles } from './tenant-files.ts';
import { type KnownRows, keyOfEpoch, verifyLog, voidedTailsOf } from './verify-log.ts';
import { textOfError, verifySegment } from './verify-segment.ts';
import { whyNoStore } from './why-no-store.ts';

export type VerifiedStore = {
  /** What must not be: one sentence each, that names the file. */
  readonly faults: readonly string[];
  /** What may be, and is of interest: a torn end of the log, files that nobody names. */
  readonly notes: readonly string[];
  /** Files that no manifest names, below the directory: they go at the next start. */
  readonly orphans: readonly string[];
  readonly profileCount: number;
  readonly segmentCount: number;
};

/** A store that is written to meanwhile is looked at again, so often at most. */
const MAX_TRIES = 5;
const FORMAT_MAX_BYTES = 1024;

/** Reads all of a store and says what is wrong with it. Nothing is changed. Rejects with an FsError. */
export async function verifyStore(fs: Fs, dataDir: string): Promise<VerifiedStore> {
  for (let tries = 1; ; tries++) {
    const before = await manifestOf(fs, dataDir);
    if (typeof before === 'string') return nothingButFault(before);
    const report = await verifyOnce(fs, dataDir, before);
    if (report.faults.length === 0 || tries === MAX_TRIES) return report;
    // A file that went while it was looked for is no fault: a server is at work here.
    const after = await manifestOf(fs, dataDir);
    if (typeof after === 'string' || after.sequence === before.sequence) return report;
  }
}

async function manifestOf(fs: Fs, dataDir: string): Promise<Manifest | string> {
  try {
    const why = await whyNoStore(fs, dataDir);
    if (why !== undefined) return why;
    const format = await readWholeFile(fs, `${dataDir}/FORMAT`, FORMAT_MAX_BYTES);
    const text = new TextDecoder().decode(format);
    if (text !== 'emberscope 1\n') return `FORMAT says ${JSON.stringify(text)}`;
    return (await readManifestUnlessLost(fs, dataDir)) ?? EMPTY_MANIFEST;
  } catch (error) {
    if (error instanceof DataDirError || error instanceof FsError) return error.message;
    throw error;
  }
}

function nothingButFault(fault: string): VerifiedStore {
  return { faults: [fault], notes: [], orphans: [], profileCount: 0, segmentCount: 0 };
}

async function verifyOnce(fs: Fs, dataDir: string, manifest: Manifest): Promise<VerifiedStore> {
  const faults: string[] = [];
  const notes: string[] = [];
  const pieces = new Map<string, EpochDirectory[]>();
  let profileCount = 0;

  for (const entry of [...manifest.segments, ...manifest.rollups]) {
    if (entry.sequence > manifest.sequence) {
      faults.push(`segment ${entry.file} is of manifest ${entry.sequence}, which is to come`);
    }
    const segment = verifySegment(fs, `${dataDir}/${entry.file}`, entry);
    faults.push(...segment.faults);
    if (entry.kind === 'rollup') continue;
    profileCount += entry.profileCount;
    if (entry.lastArrival >= manifest.nextArrival) {
      faults.push(`segment ${entry.file} has arrival ${entry.lastArrival}, which is to come`);
    }
    for (const epoch of segment.epochs) {
      const key = keyOfEpoch(epoch);
      pieces.set(key, [...(pieces.get(key) ?? []), epoch]);
    }
  }

  const known: KnownRows = new Map();
  for (const [key, epochs] of pieces) {
    let rows = NO_ROWS;
    for (const epoch of epochs.sort(compareEpochs)) {
      if (!isSameCount(rows, epoch.before)) {
        faults.push(
          `the dictionary ${key} goes on at ${textOfCounts(epoch.before)}, and has ${textOfCounts(rows)}`,
        );
      }
      rows = epoch.after;
    }
    known.set(key, rows);
  }

  const folder = `${dataDir}/log`;
  const names = await namesIn(fs, folder);
  for (const name of names.filter(isDamagedLog)) {
    notes.push(`log/${name} is what was damaged of the log: delete it once you are done with it`);
  }
  const generations = names
    .flatMap((name) => generationOfLog(name) ?? [])
    .filter((generation) => generation >= manifest.logFloor)
    .sort((a, b) => a - b);
  const goodBytes = await voidedTailsOf(fs, folder, generations).catch((error: unknown) => {
    faults.push(textOfError(error));
    return new Map<number, number>();
  });
  for (const generation of generations) {
    const limitBytes = goodBytes.get(generation) ?? Number.POSITIVE_INFINITY;
    if (limitBytes === 0) continue;
    const isLast = generation === generations.at(-1);
    const limits = { goodBytes: limitBytes, isLast };
    try {
      const log = await verifyLog(fs, folder, generation, limits, known);
      faults.push(...log.faults);
      notes.push(...log.notes);
      profileCount += log.profileCount;
    } catch (error) {
      faults.push(textOfError(error));
    }
  }

  faults.push(...(await verifyTenantFiles(fs, dataDir)));
  const orphans = await orphansOf(fs, dataDir, manifest);
  for (const file of orphans) {
    const fate = isDeletedUnnamed(file) ? 'the next start deletes it' : 'it is left alone';
    notes.push(`${file} is named by nobody: ${fate}`);
  }
  const segmentCount = manifest.segments.length + manifest.rollups.length;
  return { faults, notes, orphans, profileCount, segmentCount };
}

function compareEpochs(a: EpochDirectory, b: EpochDirectory): number {
  return a.before.stacks - b.before.stacks || a.before.strings - b.before.strings;
}

export async function namesIn(fs: Fs, folder: string): Promise<string[]> {
  try {
    return (await fs.readdir(folder)).map(({ name }) => name);
  } catch (error) {
    if (isFsError(error, 'not-found')) return [];
    throw error;
  }
}
