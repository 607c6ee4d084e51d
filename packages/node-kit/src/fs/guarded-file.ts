import type { File, OpenMode, SyncFile } from './fs.ts';
import { FsError, type FsOperation } from './fs-error.ts';

/** What a file system itself has to do for an open file; {@link guardFile} does the rest. */
export type RawFile = Omit<File, 'path' | 'mode'>;

/**
 * The rules that hold for every open file, real or simulated: nothing is written through a file
 * opened for reading, nothing happens after `close`, and `close` waits for what is in flight. The
 * last is no nicety: the number of a closed descriptor is given to the next file that is opened, and
 * a write that comes late would go there.
 */
export function guardFile(path: string, mode: OpenMode, raw: RawFile): File {
  let inFlight = 0;
  let closed: Promise<void> | undefined;
  let onIdle: (() => void) | undefined;

  async function guarded<T>(operation: FsOperation, run: () => Promise<T>): Promise<T> {
    if (closed !== undefined) {
      throw new FsError({ code: 'closed', operation, path }, 'the file was closed before');
    }
    inFlight++;
    try {
      return await run();
    } finally {
      inFlight--;
      if (inFlight === 0) onIdle?.();
    }
  }

  function changing<T>(operation: FsOperation, run: () => Promise<T>): Promise<T> {
    return guarded(operation, async () => {
      if (mode === 'read') {
        throw new FsError({ code: 'not-permitted', operation, path }, 'opened for reading alone');
      }
      return run();
    });
  }

  async function closeWhenIdle(): Promise<void> {
    if (inFlight > 0) {
      await new Promise<void>((resolve) => {
        onIdle = resolve;
      });
    }
    await raw.close();
  }

  return {
    path,
    mode,
    write: (bytes, at) =>
      changing('write', async () => {
        checkOffset(at);
        return bytes.length === 0 ? 0 : raw.write(bytes, at);
      }),
    read: (into, at) =>
      guarded('read', async () => {
        checkOffset(at);
        return into.length === 0 ? 0 : raw.read(into, at);
      }),
    truncate: (sizeBytes) =>
      changing('truncate', async () => {
        checkOffset(sizeBytes);
        return raw.truncate(sizeBytes);
      }),
    datasync: () => guarded('datasync', () => raw.datasync()),
    sync: () => guarded('sync', () => raw.sync()),
    size: () => guarded('size', () => raw.size()),
    close() {
      closed ??= closeWhenIdle();
      return closed;
    },
  };
}

/** The same rules for a file that is read without a promise. */
export function guardSyncFile(path: string, raw: Omit<SyncFile, 'path'>): SyncFile {
  let isClosed = false;
  const checkOpen = (operation: FsOperation): void => {
    if (isClosed) {
      throw new FsError({ code: 'closed', operation, path }, 'the file was closed before');
    }
  };
  return {
    path,
    read(into, at) {
      checkOpen('read');
      checkOffset(at);
      return into.length === 0 ? 0 : raw.read(into, at);
    },
    size() {
      checkOpen('size');
      return raw.size();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      raw.close();
    },
  };
}

function checkOffset(offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError(`${offset} is no place in a file`);
  }
}
