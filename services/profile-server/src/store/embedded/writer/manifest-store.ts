import { type Fs, FsError } from '@emberscope/node-kit/worker';
import type { Manifest } from '../manifest/manifest.ts';
import { shareManifest } from '../manifest/manifest-bytes.ts';
import { writeManifest } from '../manifest/manifest-file.ts';

/** The manifest that counts, and the only way to another one. */
export type ManifestStore = {
  readonly current: () => Manifest;
  /** The current one, for other threads. */
  readonly shared: () => SharedArrayBuffer;
  /** Grows with each commit. */
  readonly version: () => number;
  /**
   * Makes a change durable; changes come one after another, each on top of the one before. The
   * change is told the sequence that the new manifest will have.
   * `onCommitted` runs before anything else sees the new manifest. Rejects with an FsError, and the
   * current one still counts.
   */
  commit(
    change: (manifest: Manifest, sequence: number) => Manifest,
    onCommitted?: (manifest: Manifest) => void,
  ): Promise<void>;
  /** Whether a commit that failed may count after a crash for all that. The next commit settles it. */
  readonly isInDoubt: () => boolean;
  /**
   * Numbers for files that a job writes, not given again while the store is open: jobs run beside one
   * another. After a restart those count as taken that a commit has.
   */
  nextFiles(count: number): readonly number[];
};

export function createManifestStore(fs: Fs, dataDir: string, initial: Manifest): ManifestStore {
  let current = initial;
  let shared: SharedArrayBuffer | undefined;
  let version = 1;
  let last: Promise<unknown> = Promise.resolve();
  /**
   * A commit that failed may be on the disk for all that. Its number, and those of the files that it
   * names, are not used again: another file of such a name would not be the one that it means.
   */
  let failedSequence = 0;
  let failedNextFile = 0;
  let isInDoubt = false;
  /** More than any number that was given. */
  let leastFile = 0;

  async function commit(
    change: (manifest: Manifest, sequence: number) => Manifest,
    onCommitted: (manifest: Manifest) => void,
  ): Promise<void> {
    const sequence = Math.max(current.sequence, failedSequence) + 1;
    const changed = change(current, sequence);
    const nextFile = Math.max(changed.nextFile, failedNextFile);
    const next: Manifest = { ...changed, sequence, nextFile };
    try {
      await writeManifest(fs, dataDir, next);
    } catch (error) {
      failedSequence = sequence;
      failedNextFile = nextFile;
      if (!isCutShort(error)) isInDoubt = true;
      throw error;
    }
    isInDoubt = false;
    current = next;
    shared = undefined;
    version++;
    onCommitted(next);
  }

  return {
    current: () => current,
    shared() {
      shared ??= shareManifest(current);
      return shared;
    },
    version: () => version,
    isInDoubt: () => isInDoubt,
    commit(change, onCommitted = () => {}) {
      const committed = last.then(() => commit(change, onCommitted));
      last = committed.catch(() => {});
      return committed;
    },
    nextFiles(count) {
      const first = Math.max(current.nextFile, leastFile);
      leastFile = first + count;
      return Array.from({ length: count }, (_, i) => first + i);
    },
  };
}

/** A manifest that was never written whole: its rename was not begun, and nobody reads it. */
function isCutShort(error: unknown): boolean {
  return error instanceof FsError && (error.operation === 'open' || error.operation === 'write');
}
