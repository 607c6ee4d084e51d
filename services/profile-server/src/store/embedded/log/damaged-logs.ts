import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { dayOfMillis, nameOfDay } from '../writer/epoch-key.ts';
import { nameOfLog } from './log-format.ts';

/** `0000000001.log.2026-11-22.damaged`: of which log, and the day from which on it is kept. */
const NAME = /^([0-9]{10}\.log)\.([0-9]{4}-[0-9]{2}-[0-9]{2})\.damaged$/;

/** Each is as large as a log file: 128 MiB and a push. The oldest goes. */
export const MAX_DAMAGED_LOGS = 4;

/**
 * Keeps a log file of which something is lost under another name: the log takes it away once what is
 * whole of it is in segments, and somebody may know how to make more of it. It stays as long as the
 * profiles of `day` do, takes room that no other setting bounds, and keeps what was deleted of a
 * tenant. Answers the path, or undefined where the file system has no links or no room for one.
 *
 * @param day since 1970-01-01, UTC: today
 */
export async function keepDamagedLog(
  fs: Fs,
  folder: string,
  generation: number,
  day: number,
): Promise<string | undefined> {
  const log = nameOfLog(generation);
  try {
    const names = (await fs.readdir(folder)).map(({ name }) => name).filter(isDamagedLog);
    const before = names.find((name) => NAME.exec(name)?.[1] === log);
    const kept = `${folder}/${before ?? `${log}.${nameOfDay(day)}.damaged`}`;
    if (before === undefined) {
      await fs.link(`${folder}/${log}`, kept);
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

/** Takes away those whose day is over. Answers their names. Rejects with an FsError. */
export async function dropOldDamagedLogs(
  fs: Fs,
  folder: string,
  isOver: (day: number) => boolean,
): Promise<readonly string[]> {
  const old = (await fs.readdir(folder))
    .map(({ name }) => name)
    .filter((name) => {
      const dayName = NAME.exec(name)?.[2];
      return dayName !== undefined && isOver(dayOfMillis(Date.parse(dayName)));
    });
  for (const name of old) await fs.unlink(`${folder}/${name}`);
  return old;
}

export function isDamagedLog(name: string): boolean {
  return NAME.test(name);
}
