import fs, { constants } from 'node:fs';
import { dirname } from 'node:path';
import type { EntryKind, Fs, OpenMode } from './fs.ts';
import { errnoOf, FsError, type FsOperation, fsErrorOf, isFsError } from './fs-error.ts';
import { guardFile, guardSyncFile, type RawFile } from './guarded-file.ts';

/** Profiles name a customer's code: nobody else on the machine has to read them. */
const FILE_PERMISSIONS = 0o600;
const DIRECTORY_PERMISSIONS = 0o700;

/**
 * A pipe in the place of a file is opened, and refused for what it is, instead of holding a thread
 * until somebody writes into it: not even the end of the process would come before. To files it is
 * nothing; Windows has no such flag.
 */
const AT_ONCE = constants.O_NONBLOCK ?? 0;

const FLAGS: { readonly [M in OpenMode]: number } = {
  read: AT_ONCE | constants.O_RDONLY,
  write: AT_ONCE | constants.O_RDWR | constants.O_CREAT,
  truncate: AT_ONCE | constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  exclusive: AT_ONCE | constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/**
 * How a file system says that it has no such thing as a sync of a directory. Some network and FUSE
 * file systems do, and there a rename is as durable as it gets; Windows does not even open one.
 */
const SYNC_DIR_REFUSALS: ReadonlySet<string> = new Set(
  process.platform === 'win32'
    ? ['EPERM', 'EISDIR', 'EACCES', 'EINVAL', 'EBADF']
    : ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'],
);

/**
 * The file system of this machine.
 *
 * Descriptors and callbacks of `node:fs` rather than `FileHandle`: a write of 1,350 B took 24 to 38
 * µs against 28 to 39 (22 to 31 of CPU against 25 to 34), nearly all of it the trip to the thread pool. What
 * `FileHandle` would add, `guardFile` has anyway, for both twins. Every operation takes one of the
 * process's threads for I/O (4, `UV_THREADPOOL_SIZE`): a disk that hangs holds up DNS as well.
 */
export const nodeFs: Fs = {
  async open(path, mode) {
    const fd = await call<number>('open', path, (done) =>
      fs.open(path, FLAGS[mode], FILE_PERMISSIONS, done),
    );
    try {
      await refuseOtherThanFile(fd, path);
    } catch (error) {
      await rawFile(fd, path).close();
      throw error;
    }
    return guardFile(path, mode, rawFile(fd, path));
  },

  openSync(path) {
    const fd = callSync('open', path, () => fs.openSync(path, FLAGS.read));
    if (!callSync('open', path, () => fs.fstatSync(fd)).isFile()) {
      fs.closeSync(fd);
      throw new FsError({ code: 'invalid', operation: 'open', path }, 'not a regular file');
    }
    return guardSyncFile(path, {
      read: (into, at) => callSync('read', path, () => fs.readSync(fd, into, 0, into.length, at)),
      size: () => callSync('size', path, () => fs.fstatSync(fd).size),
      close: () => callSync('close', path, () => fs.closeSync(fd)),
    });
  },

  async readdir(path) {
    const entries = await call<fs.Dirent[]>('readdir', path, (done) =>
      fs.readdir(path, { withFileTypes: true }, done),
    );
    return entries
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },

  async stat(path) {
    const stats = await call<fs.Stats>('stat', path, (done) => fs.stat(path, done));
    const kind = kindOf(stats);
    return {
      kind,
      sizeBytes: kind === 'file' ? stats.size : 0,
      linkCount: kind === 'directory' ? 1 : stats.nlink,
    };
  },

  rename: (from, to) => call('rename', from, (done) => fs.rename(from, to, done)),
  link: (existing, path) => call('link', path, (done) => fs.link(existing, path, done)),
  unlink: (path) => call('unlink', path, (done) => fs.unlink(path, done)),
  rmdir: (path) => call('rmdir', path, (done) => fs.rmdir(path, done)),
  mkdir: makeDirectory,

  async syncDir(path) {
    let directory: RawFile | undefined;
    try {
      const fd = await call<number>('syncDir', path, (done) =>
        fs.open(path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0), done),
      );
      directory = rawFile(fd, path, 'syncDir');
      await directory.sync();
    } catch (error) {
      const errno = error instanceof FsError ? errnoOf(error.cause) : undefined;
      if (!SYNC_DIR_REFUSALS.has(errno ?? '')) throw error;
    } finally {
      await directory?.close();
    }
  },

  async space(path) {
    const stats = await call<fs.StatsFs>('space', path, (done) => fs.statfs(path, done));
    return { freeBytes: stats.bavail * stats.bsize, totalBytes: stats.blocks * stats.bsize };
  },
};

/**
 * Step by step: `recursive` of Node never ends where the directory above is there and the kernel says
 * for all that that it is not, as it does below `/proc`.
 */
async function makeDirectory(path: string): Promise<void> {
  try {
    await makeOneDirectory(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isFsError(error, 'not-found') || parent === path) throw error;
    await makeDirectory(parent);
    await makeOneDirectory(path);
  }
}

/** Also when it is there. */
async function makeOneDirectory(path: string): Promise<void> {
  try {
    await call<void>('mkdir', path, (done) => fs.mkdir(path, DIRECTORY_PERMISSIONS, done));
  } catch (error) {
    if (!isFsError(error, 'exists')) throw error;
    const stats = await call<fs.Stats>('mkdir', path, (done) => fs.stat(path, done));
    if (!stats.isDirectory()) throw error;
  }
}

function rawFile(fd: number, path: string, asOperation?: FsOperation): RawFile {
  return {
    write: (bytes, at) =>
      call('write', path, (done) => fs.write(fd, bytes, 0, bytes.length, at, done)),
    read: (into, at) => call('read', path, (done) => fs.read(fd, into, 0, into.length, at, done)),
    datasync: () => call('datasync', path, (done) => fs.fdatasync(fd, done)),
    sync: () => call(asOperation ?? 'sync', path, (done) => fs.fsync(fd, done)),
    truncate: (sizeBytes) => call('truncate', path, (done) => fs.ftruncate(fd, sizeBytes, done)),
    size: async () => (await call<fs.Stats>('size', path, (done) => fs.fstat(fd, done))).size,
    close: () => call('close', path, (done) => fs.close(fd, done)),
  };
}

/** Opening a directory for reading works on Linux, and only the first read fails: say it at once. */
async function refuseOtherThanFile(fd: number, path: string): Promise<void> {
  const stats = await call<fs.Stats>('open', path, (done) => fs.fstat(fd, done));
  if (stats.isFile()) return;
  const code = stats.isDirectory() ? 'is-directory' : 'invalid';
  throw new FsError({ code, operation: 'open', path }, 'not a regular file');
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): EntryKind {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

type Done<T> = (error: NodeJS.ErrnoException | null, result: T) => void;

/** A callback of `node:fs` as a promise that rejects with an `FsError`. */
function call<T = void>(
  operation: FsOperation,
  path: string,
  start: (done: Done<T>) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      if (error) reject(fsErrorOf(error, operation, path));
      else resolve(result);
    });
  });
}

function callSync<T>(operation: FsOperation, path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof Error ? fsErrorOf(error, operation, path) : error;
  }
}
