import type { Fs } from '@emberscope/node-kit/worker';
import { removeWritten } from '../maintenance/remove-written.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import type { ManifestStore } from './manifest-store.ts';

/**
 * Files that jobs have written, up to the commit that names them. When it fails, they go: on a full
 * disk, each try would take more of the room that the next commit needs.
 */
export type WrittenFiles = {
  /** Runs the commit that is to name them, or a step on the way there. Rejects as it does. */
  commit(written: readonly SegmentEntry[], run: () => Promise<void>): Promise<void>;
  /** Takes those away that had to wait, if they need not any more. */
  removeDecided(): Promise<void>;
};

export function createWrittenFiles(
  fs: Fs,
  dataDir: string,
  manifest: Pick<ManifestStore, 'current' | 'isInDoubt'>,
): WrittenFiles {
  let waiting: readonly SegmentEntry[] = [];

  async function removeDecided(): Promise<void> {
    // A crash would leave a manifest that names files which are not there.
    if (waiting.length === 0 || manifest.isInDoubt()) return;
    const unnamed = waiting.filter(({ file }) => !isNamed(file));
    waiting = [];
    await removeWritten(fs, dataDir, unnamed);
  }

  function isNamed(file: string): boolean {
    const { segments, rollups } = manifest.current();
    return [...segments, ...rollups].some((of) => of.file === file);
  }

  return {
    async commit(written, run) {
      try {
        await run();
      } catch (error) {
        waiting = [...waiting, ...written];
        await removeDecided();
        throw error;
      }
    },
    removeDecided,
  };
}
