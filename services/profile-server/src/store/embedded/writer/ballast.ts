import { type Fs, FsError, isFsError, writeFully } from '@emberscope/node-kit/worker';
import { BALLAST_DISK_SHARE, BALLAST_MAX_BYTES } from './writer-limits.ts';

/**
 * A file to let go of when the disk is full, so that there is room for what makes room: a flush, a
 * manifest, a retention.
 */
export type Ballast = {
  /** What it is meant to have. */
  sizeBytes(): Promise<number>;
  /** Makes it when it is not there and fits twice. Never rejects. */
  restore(): Promise<void>;
  /** Answers whether there was something to let go of. */
  release(): Promise<boolean>;
};

const PIECE_BYTES = 1024 * 1024;

export function createBallast(fs: Fs, dataDir: string, maxBytes = BALLAST_MAX_BYTES): Ballast {
  const path = `${dataDir}/ballast`;
  let isWhole = false;

  async function sizeBytes(): Promise<number> {
    const { totalBytes } = await fs.space(dataDir);
    return Math.floor(Math.min(maxBytes, totalBytes * BALLAST_DISK_SHARE));
  }

  /** Zeros that are written: a file that is only made longer takes no room. */
  async function fill(size: number): Promise<void> {
    const file = await fs.open(path, 'truncate');
    try {
      const zeros = new Uint8Array(Math.min(PIECE_BYTES, size));
      for (let at = 0; at < size; at += zeros.length) {
        await writeFully(file, zeros.subarray(0, Math.min(zeros.length, size - at)), at);
      }
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async function sizeNow(): Promise<number> {
    try {
      return (await fs.stat(path)).sizeBytes;
    } catch (error) {
      if (isFsError(error, 'not-found')) return 0;
      throw error;
    }
  }

  return {
    sizeBytes,
    async restore() {
      if (isWhole) return;
      try {
        const size = await sizeBytes();
        const { freeBytes } = await fs.space(dataDir);
        if ((await sizeNow()) < size) {
          if (freeBytes < 2 * size) return;
          await fill(size);
        }
        isWhole = true;
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
        // Half a ballast is in the way of those who need the room now.
        await fs.unlink(path).catch(() => {});
      }
    },
    async release() {
      isWhole = false;
      try {
        await fs.unlink(path);
        return true;
      } catch {
        return false;
      }
    },
  };
}
