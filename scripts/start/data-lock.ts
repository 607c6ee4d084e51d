import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** Holds the number of the process that uses the folder. */
const LOCK_FILE = 'start.pid';

/**
 * Takes the data folder until this process ends. One sentence when it cannot: two runs in one folder
 * would share a database and take each other's logs away.
 */
export function takeDataDir(dataDir: string): string | undefined {
  const lock = join(dataDir, LOCK_FILE);
  try {
    makeFolder(dataDir);
    if (existsSync(join(dataDir, 'FORMAT'))) {
      return `${dataDir} is the data directory of a profile server, and npm start makes one within its own: name another folder with --data-dir.`;
    }
    const owner = ownerOf(lock);
    if (owner !== undefined && isAlive(owner)) {
      return `${dataDir} is in use by another npm start (process ${owner}): stop that one, or name another folder with --data-dir. (If there is none, delete ${lock}.)`;
    }
    writeFileSync(lock, `${process.pid}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${dataDir} cannot be used (${reason}): --data-dir names another folder.`;
  }
  process.once('exit', () => rmSync(lock, { force: true }));
  return undefined;
}

function ownerOf(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A number may have gone to another program since: then the file has to be deleted by hand. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch {
    return false;
  }
}
