import {
  type Fs,
  isFsError,
  readWholeFile,
  writeFileAtomically,
  writeFully,
} from '@emberscope/node-kit/worker';
import type { FileLock } from '../../../libc/file-lock.ts';
import { DataDirError } from './data-dir-error.ts';
import type { LockHost, ProcessIdentity } from './lock-host.ts';

const LOCK_MAX_BYTES = 4096;

/** The right of one process to write into a data directory. */
export type DataDirLock = {
  /** Gives it back. Never rejects: a lock that stays is stale as soon as the process has gone. */
  release(): Promise<void>;
};

/**
 * Takes the lock of a data directory. That of a process that does not run any more is taken over; a
 * process may take its own again, when its thread that held it has died. Rejects with a
 * {@link DataDirError} when another process has the directory open; it names the pid, where that is
 * one of this machine and not of a container.
 */
export async function lockDataDir(fs: Fs, dataDir: string, host: LockHost): Promise<DataDirLock> {
  const held: FileLock = host.hold?.(dataDir) ?? { kind: 'unsupported' };
  try {
    const release = await takeLockFile(fs, dataDir, host, held.kind === 'busy');
    return {
      async release() {
        await release();
        if (held.kind === 'held') held.letGo();
      },
    };
  } catch (error) {
    if (held.kind === 'held') held.letGo();
    throw error;
  }
}

async function takeLockFile(
  fs: Fs,
  dataDir: string,
  host: LockHost,
  isHeldElsewhere: boolean,
): Promise<() => Promise<void>> {
  const path = `${dataDir}/LOCK`;
  const self = host.self();
  if (isHeldElsewhere) {
    const holder = await readHolder(fs, path).catch(() => undefined);
    const isKnown = holder !== undefined && isOther(holder, self) && isAlive(holder, host);
    throw inUse(dataDir, isKnown ? `process ${holder.pid}` : 'a process of another container');
  }
  const bytes = new TextEncoder().encode(`${JSON.stringify(self)}\n`);
  try {
    const file = await fs.open(path, 'exclusive');
    try {
      await writeFully(file, bytes, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await fs.syncDir(dataDir);
  } catch (error) {
    if (!isFsError(error, 'exists')) throw error;
    const holder = await readHolder(fs, path);
    if (holder !== undefined && isOther(holder, self) && isAlive(holder, host)) {
      throw inUse(dataDir, `process ${holder.pid}`);
    }
    await writeFileAtomically(fs, path, bytes);
  }
  return () => fs.unlink(path).catch(() => {});
}

function inUse(dataDir: string, who: string): DataDirError {
  return new DataDirError(
    `the data directory ${dataDir} is in use by ${who}: stop that one first, or name another directory`,
  );
}

function isOther(holder: ProcessIdentity, self: ProcessIdentity): boolean {
  return (
    holder.pid !== self.pid || holder.bootId !== self.bootId || holder.started !== self.started
  );
}

function isAlive(holder: ProcessIdentity, host: LockHost): boolean {
  const running = host.running(holder.pid);
  return (
    running !== undefined && running.bootId === holder.bootId && running.started === holder.started
  );
}

/** Undefined for a lock that was never written whole: its process died within. */
async function readHolder(fs: Fs, path: string): Promise<ProcessIdentity | undefined> {
  const text = new TextDecoder().decode(await readWholeFile(fs, path, LOCK_MAX_BYTES));
  const found = /^\{"pid":([0-9]+),"bootId":"([^"]*)","started":"([^"]*)"\}\n$/.exec(text);
  if (found === null) return undefined;
  const [, pid, bootId = '', started = ''] = found;
  return { pid: Number(pid), bootId, started };
}
