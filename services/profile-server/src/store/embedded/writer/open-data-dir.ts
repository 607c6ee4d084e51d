import {
  type Fs,
  isFsError,
  makeDirectoryDurably,
  temporaryPathOf,
} from '@emberscope/node-kit/worker';
import { generationOfLog } from '../log/log-format.ts';
import { DataDirError, dataDirErrorOf } from '../manifest/data-dir-error.ts';
import { checkFormat } from '../manifest/data-dir-format.ts';
import { type DataDirLock, lockDataDir } from '../manifest/data-dir-lock.ts';
import type { LockHost } from '../manifest/lock-host.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { EMPTY_MANIFEST } from '../manifest/manifest-bytes.ts';
import { manifestPath, readManifest, writeManifest } from '../manifest/manifest-file.ts';
import type { Ballast } from './ballast.ts';

export type OpenedDataDir = { readonly lock: DataDirLock; readonly manifest: Manifest };

export function logFolderOf(dataDir: string): string {
  return `${dataDir}/log`;
}

/**
 * Makes or opens a data directory and takes its lock. Rejects with a `DataDirError`, one sentence.
 */
export async function openDataDir(
  fs: Fs,
  dataDir: string,
  host: LockHost,
  ballast: Ballast,
): Promise<OpenedDataDir> {
  try {
    try {
      return await open(fs, dataDir, host);
    } catch (error) {
      // What is a few bytes too much for the disk is what the ballast is for.
      if (!isFsError(error, 'no-space') || !(await ballast.release())) throw error;
      return await open(fs, dataDir, host);
    }
  } catch (error) {
    throw dataDirErrorOf(error, dataDir);
  }
}

async function open(fs: Fs, dataDir: string, host: LockHost): Promise<OpenedDataDir> {
  await makeDirectoryDurably(fs, dataDir);
  const lock = await lockDataDir(fs, dataDir, host);
  try {
    await checkFormat(fs, dataDir);
    const found = await readManifestUnlessLost(fs, dataDir);
    const manifest = found ?? { ...EMPTY_MANIFEST, sequence: 1 };
    // The manifest that counts must be the one that is there, before what stands beside it goes.
    if (found === undefined || (await hasReplacement(fs, dataDir))) {
      await writeManifest(fs, dataDir, manifest);
    }
    await makeDirectoryDurably(fs, logFolderOf(dataDir));
    await removeUnnamed(fs, dataDir, manifest);
    return { lock, manifest };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A commit that was not finished, or one whose rename was lost and whose manifest counts. */
async function hasReplacement(fs: Fs, dataDir: string): Promise<boolean> {
  try {
    await fs.stat(temporaryPathOf(manifestPath(dataDir)));
    return true;
  } catch (error) {
    if (isFsError(error, 'not-found')) return false;
    throw error;
  }
}

/**
 * The manifest of a directory; undefined when nothing was stored yet. It is the first thing that a
 * store writes, so it is lost when there is something else. Rejects with a `DataDirError` then, and
 * as `readManifest` does.
 */
export async function readManifestUnlessLost(
  fs: Fs,
  dataDir: string,
): Promise<Manifest | undefined> {
  const found = await readManifest(fs, dataDir);
  if (found !== undefined) return found;
  for (const { name, kind } of await fs.readdir(dataDir)) {
    if (kind !== 'directory' || !isOurFolder(name)) continue;
    if ((await fs.readdir(`${dataDir}/${name}`)).length === 0) continue;
    throw new DataDirError(
      `${dataDir}/MANIFEST is missing, and ${dataDir}/${name} holds files: restore the data directory from a copy, or move it away to begin with an empty store`,
    );
  }
  return undefined;
}

function isOurFolder(name: string): boolean {
  return name === 'log' || isSegmentFolder(name);
}

function isDayFolder(name: string): boolean {
  return /^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}$/.test(name);
}

/** Files of jobs that never came to their commit, and of commits that were not finished. */
async function removeUnnamed(fs: Fs, dataDir: string, manifest: Manifest): Promise<void> {
  const named = new Set([...manifest.segments, ...manifest.rollups].map(({ file }) => file));
  for (const { name, kind } of await fs.readdir(dataDir)) {
    if (kind === 'file' && isUnfinished(name)) await fs.unlink(`${dataDir}/${name}`);
    if (kind !== 'directory' || !isSegmentFolder(name)) continue;
    let isEmpty = true;
    for (const entry of await fs.readdir(`${dataDir}/${name}`)) {
      if (entry.kind !== 'file' || named.has(`${name}/${entry.name}`)) isEmpty = false;
      else await fs.unlink(`${dataDir}/${name}/${entry.name}`);
    }
    if (isEmpty) await fs.rmdir(`${dataDir}/${name}`).catch(() => {});
  }
}

/** Whether a start deletes a file, by its path below the data directory, when nothing names it. */
export function isDeletedUnnamed(path: string): boolean {
  const [first = '', second, ...more] = path.split('/');
  if (second === undefined) return isUnfinished(first);
  if (more.length > 0) return false;
  return isSegmentFolder(first) || (first === 'log' && generationOfLog(second) !== undefined);
}

function isUnfinished(name: string): boolean {
  return name.endsWith('.tmp');
}

function isSegmentFolder(name: string): boolean {
  return name === 'rollup' || isDayFolder(name);
}
