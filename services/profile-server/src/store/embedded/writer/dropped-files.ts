import type { Clock, Fs } from '@emberscope/node-kit/worker';
import { UNLINK_AFTER_MILLIS } from './writer-limits.ts';

/** Files that no manifest names any more, until no reader can want them. */
export type DroppedFiles = {
  add(paths: Iterable<string>): void;
  readonly isEmpty: () => boolean;
  /** Takes those away whose time has come, but for what the manifest names again. */
  unlinkDue(isNamed: (path: string) => boolean): Promise<void>;
};

export function createDroppedFiles(fs: Fs, clock: Clock): DroppedFiles {
  let files: { readonly path: string; readonly dueMillis: number }[] = [];
  return {
    add(paths) {
      const dueMillis = clock.monotonicMillis() + UNLINK_AFTER_MILLIS;
      for (const path of paths) files.push({ path, dueMillis });
    },
    isEmpty: () => files.length === 0,
    async unlinkDue(isNamed) {
      const now = clock.monotonicMillis();
      const due = files.filter(({ dueMillis }) => dueMillis <= now);
      if (due.length === 0) return;
      files = files.filter(({ dueMillis }) => dueMillis > now);
      for (const { path } of due) {
        // One that stays is not named by any manifest and goes at the next start.
        if (!isNamed(path)) await fs.unlink(path).catch(() => {});
      }
      // A day whose last file has gone needs no directory; one that has files refuses.
      for (const folder of new Set(due.map(({ path }) => path.slice(0, path.lastIndexOf('/'))))) {
        await fs.rmdir(folder).catch(() => {});
      }
    },
  };
}
