import { dirname } from 'node:path';
import { type Fs, FsError, isFsError, readWholeFile, writeFully } from '@emberscope/node-kit';
import { generationOfLog } from '../store/embedded/log/log-format.ts';
import { DataDirError } from '../store/embedded/manifest/data-dir-error.ts';
import type { Manifest } from '../store/embedded/manifest/manifest.ts';
import { EMPTY_MANIFEST, encodeManifest } from '../store/embedded/manifest/manifest-bytes.ts';
import { manifestPath } from '../store/embedded/manifest/manifest-file.ts';
import { readManifestUnlessLost } from '../store/embedded/writer/open-data-dir.ts';
import { createMadePaths, type MadePaths } from './made-paths.ts';
import { tenantFilesOf } from './tenant-files.ts';
import { namesIn } from './verify-store.ts';
import { whyNoStore } from './why-no-store.ts';

export type BackupDone = {
  readonly ok: true;
  readonly linkedFiles: number;
  readonly copiedFiles: number;
  readonly copiedBytes: number;
};
/** One sentence. */
export type BackupResult = BackupDone | { readonly ok: false; readonly reason: string };

/** The manifest changes once a minute or so, and a link takes no time: this is for copies. */
const MAX_TRIES = 10;
const COPY_BYTES = 1024 * 1024;
const FORMAT_MAX_BYTES = 1024;

/**
 * Makes `to` a store with everything that was acknowledged before the call, while a server may be
 * writing to `from`.
 *
 * Segments never change, so a hard link is a copy; across file systems they are copied. Logs are
 * copied from the floor on: what was acknowledged is on the disk, and a torn end is cut off when the
 * copy is opened. When the manifest is the same at the end, all files that it names were there the
 * whole time; when it is not, those that came are added and it is looked at again. FORMAT and MANIFEST
 * are written last: a copy that was broken off is no store. One that fails takes away what it has
 * made, as the next try wants an empty directory, and a full disk its room.
 */
export async function backupStore(fs: Fs, from: string, to: string): Promise<BackupResult> {
  const made = createMadePaths(fs);
  try {
    const refusal = await refusalOf(fs, from, to);
    if (refusal !== undefined) return { ok: false, reason: refusal };
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const done = await copyOnce(fs, made, from, to);
      if (done !== undefined) return done;
      await made.removeAll();
    }
    return { ok: false, reason: `the store changed during each of ${MAX_TRIES} copies: try again` };
  } catch (error) {
    // The first error is the one to hear of.
    await made.removeAll().catch(() => {});
    if (error instanceof FsError || error instanceof DataDirError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

async function refusalOf(fs: Fs, from: string, to: string): Promise<string | undefined> {
  if (`${to}/`.startsWith(`${from}/`)) return `${to} lies within the store ${from}`;
  const there = await namesIn(fs, to);
  if (there.length > 0) return `${to} is not empty: it holds "${there[0]}"`;
  return whyNoStore(fs, from);
}

/** Undefined when the store changed meanwhile. */
async function copyOnce(
  fs: Fs,
  made: MadePaths,
  from: string,
  to: string,
): Promise<BackupDone | undefined> {
  const before = await sequenceAndManifest(fs, from);
  let linkedFiles = 0;
  let copiedFiles = 0;
  let copiedBytes = 0;
  try {
    for (const { file } of [...before.segments, ...before.rollups]) {
      await made.makeFolder(dirname(`${to}/${file}`));
      if (await isLinked(made, `${from}/${file}`, `${to}/${file}`)) linkedFiles++;
      else {
        copiedBytes += await copyFile(fs, made, `${from}/${file}`, `${to}/${file}`);
        copiedFiles++;
      }
      await fs.syncDir(dirname(`${to}/${file}`));
    }
    // The oldest first: one that comes while this runs is newer, and ends what is copied.
    await made.makeFolder(`${to}/log`);
    for (const name of await namesIn(fs, `${from}/log`)) {
      if ((generationOfLog(name) ?? -1) < before.logFloor) continue;
      copiedBytes += await copyFile(fs, made, `${from}/log/${name}`, `${to}/log/${name}`);
      copiedFiles++;
    }
    await fs.syncDir(`${to}/log`);
  } catch (error) {
    // A file that the manifest does not name any more may go while it is copied.
    if (isFsError(error, 'not-found') && (await hasChanged(fs, from, before))) return undefined;
    throw error;
  }
  if (await hasChanged(fs, from, before)) return undefined;
  const ofTenants = await copyTenantFiles(fs, made, from, to);
  linkedFiles += ofTenants.linkedFiles;
  copiedFiles += ofTenants.copiedFiles;
  copiedBytes += ofTenants.copiedBytes;
  await writeDurably(
    made,
    `${to}/FORMAT`,
    await readWholeFile(fs, `${from}/FORMAT`, FORMAT_MAX_BYTES),
  );
  await writeDurably(made, manifestPath(to), encodeManifest(before));
  await fs.syncDir(to);
  return { ok: true, linkedFiles, copiedFiles, copiedBytes };
}

/** Files of tenants are replaced and never changed, and go where there is no room for them. */
async function copyTenantFiles(fs: Fs, made: MadePaths, from: string, to: string) {
  const done = { linkedFiles: 0, copiedFiles: 0, copiedBytes: 0 };
  for (const { path } of await tenantFilesOf(fs, from)) {
    await made.makeFolder(dirname(`${to}/${path}`));
    try {
      if (await isLinked(made, `${from}/${path}`, `${to}/${path}`)) done.linkedFiles++;
      else {
        done.copiedBytes += await copyFile(fs, made, `${from}/${path}`, `${to}/${path}`);
        done.copiedFiles++;
      }
    } catch (error) {
      if (!isFsError(error, 'not-found')) throw error;
    }
    await fs.syncDir(dirname(`${to}/${path}`));
  }
  return done;
}

async function sequenceAndManifest(fs: Fs, dataDir: string): Promise<Manifest> {
  return (await readManifestUnlessLost(fs, dataDir)) ?? EMPTY_MANIFEST;
}

async function hasChanged(fs: Fs, dataDir: string, before: Manifest): Promise<boolean> {
  return (await sequenceAndManifest(fs, dataDir)).sequence !== before.sequence;
}

async function isLinked(made: MadePaths, existing: string, path: string): Promise<boolean> {
  try {
    await made.link(existing, path);
    return true;
  } catch (error) {
    if (isFsError(error, 'not-found') || isFsError(error, 'no-space')) throw error;
    // Another file system, or one without links.
    return false;
  }
}

async function copyFile(fs: Fs, made: MadePaths, from: string, to: string): Promise<number> {
  const source = await fs.open(from, 'read');
  try {
    const target = await made.createFile(to);
    try {
      const piece = new Uint8Array(COPY_BYTES);
      let at = 0;
      for (;;) {
        const read = await source.read(piece, at);
        if (read === 0) break;
        await writeFully(target, piece.subarray(0, read), at);
        at += read;
      }
      await target.datasync();
      return at;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function writeDurably(made: MadePaths, path: string, bytes: Uint8Array): Promise<void> {
  const file = await made.createFile(path);
  try {
    await writeFully(file, bytes, 0);
    await file.datasync();
  } finally {
    await file.close();
  }
}
