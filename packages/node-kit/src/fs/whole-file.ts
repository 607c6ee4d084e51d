import { dirname } from 'node:path';
import type { File, Fs } from './fs.ts';
import { FsError, isFsError } from './fs-error.ts';

/** Writes all of `bytes`, however short single writes may be. What was written stays on an error. */
export async function writeFully(file: File, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const written = await file.write(bytes.subarray(done), at + done);
    if (written === 0) {
      throw new FsError(
        { code: 'io', operation: 'write', path: file.path },
        `wrote 0 of ${bytes.length - done} bytes at ${at + done}`,
      );
    }
    done += written;
  }
}

/** Reads until `into` is full or the file ends; answers how much that was. */
export async function readFully(file: File, into: Uint8Array, at: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const read = await file.read(into.subarray(done), at + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** A whole small file. One larger than `maxBytes` is an `invalid` FsError: nothing of it is read. */
export async function readWholeFile(
  fs: Fs,
  path: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await fs.open(path, 'read');
  try {
    const sizeBytes = await file.size();
    if (sizeBytes > maxBytes) {
      throw new FsError(
        { code: 'invalid', operation: 'read', path },
        `${sizeBytes} bytes, and at most ${maxBytes} are read`,
      );
    }
    const bytes = new Uint8Array(sizeBytes);
    return bytes.subarray(0, await readFully(file, bytes, 0));
  } finally {
    await file.close();
  }
}

/** What a file is called while `writeFileAtomically` writes it. A crash may leave it behind. */
export function temporaryPathOf(path: string): string {
  return `${path}.tmp`;
}

/**
 * Replaces a whole file so that a crash at any moment leaves the old one or the new one:
 *
 *     write path.tmp -> datasync -> rename to path -> syncDir
 *
 * Each step is needed. Without the `datasync` the new name may be there and the bytes not; without
 * the `syncDir` the old file may come back after the call has returned.
 *
 * When it rejects, `path` is the old file or the new one, whole, and which of them it is after a
 * crash is open. Two at once for one path would share their temporary file: let one end first.
 */
export async function writeFileAtomically(fs: Fs, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryPathOf(path);
  try {
    const file = await fs.open(temporary, 'truncate');
    try {
      await writeFully(file, bytes, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    // The first error is the one to hear of. The file that may stay is overwritten next time.
    await fs.unlink(temporary).catch(() => {});
    throw error;
  }
  await fs.syncDir(dirname(path));
}

/**
 * Makes a directory, and those above it that are missing, so that all are there after a crash.
 *
 * Outermost first, each synced before the next is made. So what is there already was synced when
 * something is in it; only the innermost that is there may have been left by a process that died
 * before its sync, and is synced again.
 */
export async function makeDirectoryDurably(fs: Fs, path: string): Promise<void> {
  const parent = dirname(path);
  if (parent !== path && !(await exists(fs, path))) {
    if (await exists(fs, parent)) await syncDirIfPermitted(fs, dirname(parent));
    else await makeDirectoryDurably(fs, parent);
  }
  await fs.mkdir(path);
  await syncDirIfPermitted(fs, parent);
}

async function exists(fs: Fs, path: string): Promise<boolean> {
  try {
    await fs.stat(path);
    return true;
  } catch (error) {
    if (isFsError(error, 'not-found')) return false;
    throw error;
  }
}

/** A directory we may not read is somebody else's, who made what is in it long ago. */
async function syncDirIfPermitted(fs: Fs, path: string): Promise<void> {
  try {
    await fs.syncDir(path);
  } catch (error) {
    if (!isFsError(error, 'not-permitted')) throw error;
  }
}
