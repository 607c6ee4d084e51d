import { dirname } from 'node:path';
import { type File, type Fs, FsError, writeFully } from '@emberscope/node-kit/worker';
import { encodeLogHeader, type LogHeader } from './log-format.ts';

/** What became of a batch that was to be appended. */
export type Appended =
  | { readonly kind: 'durable' }
  /** Nothing of it is in the file, and that is durable as well: the file may be used again. */
  | { readonly kind: 'taken-back'; readonly error: FsError }
  /** Nobody knows what of it is on the disk. The file is closed and never written again. */
  | { readonly kind: 'broken'; readonly error: FsError };

/** One file of the log, open for appending. One append at a time. */
export type LogFile = {
  readonly path: string;
  readonly generation: number;
  /** What of it is durable. */
  readonly sizeBytes: () => number;
  append(batch: Uint8Array): Promise<Appended>;
  close(): Promise<void>;
};

/**
 * Makes a new file whose header, first batch and name are durable when this answers; rejects with
 * an FsError, and takes the file away again as far as that can be done.
 */
export async function createLogFile(
  fs: Fs,
  path: string,
  header: LogHeader,
  firstBatch: Uint8Array,
): Promise<LogFile> {
  const file = await fs.open(path, 'exclusive');
  try {
    const head = encodeLogHeader(header);
    const bytes = new Uint8Array(head.length + firstBatch.length);
    bytes.set(head);
    bytes.set(firstBatch, head.length);
    await writeFully(file, bytes, 0);
    await file.datasync();
    await fs.syncDir(dirname(path));
    return logFileOf(file, header.generation, bytes.length);
  } catch (error) {
    // The first error is the one to hear of. An empty file is no record of anything, should the
    // name stay.
    await file.truncate(0).catch(() => {});
    await file.close().catch(() => {});
    await fs.unlink(path).catch(() => {});
    throw error;
  }
}

function logFileOf(file: File, generation: number, initialBytes: number): LogFile {
  let sizeBytes = initialBytes;
  let isUsable = true;

  async function giveUp(error: unknown): Promise<Appended> {
    isUsable = false;
    await file.close().catch(() => {});
    return { kind: 'broken', error: asFsError(error) };
  }

  /** What was written must not come back after a crash: its pushes are told that they failed. */
  async function takeBack(error: unknown): Promise<Appended> {
    try {
      await file.truncate(sizeBytes);
      await file.datasync();
    } catch {
      return giveUp(error);
    }
    return { kind: 'taken-back', error: asFsError(error) };
  }

  return {
    path: file.path,
    generation,
    sizeBytes: () => sizeBytes,
    async append(batch) {
      if (!isUsable) throw new Error(`${file.path} is closed, and is not written again`);
      try {
        await writeFully(file, batch, sizeBytes);
      } catch (error) {
        return takeBack(error);
      }
      try {
        await file.datasync();
      } catch (error) {
        // Nobody knows what is on the disk. Without a crash, the next start reads what programs see.
        await file.truncate(sizeBytes).catch(() => {});
        return giveUp(error);
      }
      sizeBytes += batch.length;
      return { kind: 'durable' };
    },
    async close() {
      isUsable = false;
      await file.close();
    },
  };
}

/** What is no error of the disk is a mistake of ours and goes on. */
function asFsError(error: unknown): FsError {
  if (error instanceof FsError) return error;
  throw error;
}
