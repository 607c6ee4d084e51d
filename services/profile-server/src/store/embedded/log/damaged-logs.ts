import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { nameOfLog } from './log-format.ts';

const SUFFIX = '.damaged';

/** Each is as large as a log file: 128 MiB and a push. The oldest goes. */
export const MAX_DAMAGED_LOGS = 4;

/**
 * Keeps a log file of which something is lost under another name: the log takes it away once what is
 * whole of it is in segments, and somebody may know how to make more of it. Until it is deleted by
 * hand it takes room that no setting bounds, and keeps what was deleted of a tenant. Answers the path,
 * or undefined where the file system has no links or no room for one.
 */
export async function keepDamagedLog(
  fs: Fs,
  folder: string,
  generation: number,
): Promise<string | undefined> {
  const path = `${folder}/${nameOfLog(generation)}`;
  const kept = `${path}${SUFFIX}`;
  try {
    const names = (await fs.readdir(folder)).map(({ name }) => name).filter(isDamagedLog);
    if (!names.includes(`${nameOfLog(generation)}${SUFFIX}`)) {
      await fs.link(path, kept);
      await fs.syncDir(folder);
      for (const name of names.sort().slice(0, Math.max(0, names.length + 1 - MAX_DAMAGED_LOGS))) {
        await fs.unlink(`${folder}/${name}`);
      }
    }
    return kept;
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    return undefined;
  }
}

export function isDamagedLog(name: string): boolean {
  return name.endsWith(`.log${SUFFIX}`);
}
