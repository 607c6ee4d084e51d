/**
 * The disk, as something that is passed in: `nodeFs` is the real one, `createSimFs` the one
 * that breaks when told. Everything that must survive a crash is written against this interface.
 *
 * Every method rejects with an `FsError` and nothing else, but for a `RangeError` when an offset or
 * a size makes no sense, which is a mistake of the caller. Paths are absolute.
 *
 * What is durable, when (POSIX promises no more, and the simulated twin no more either):
 *
 * - bytes and the size of a file: when `datasync` or `sync` of it has returned, and they were
 *   written before it was called;
 * - that a name exists, has gone or means another file: when `syncDir` of its directory has
 *   returned. Syncing a file does not make its name durable.
 */
export type Fs = {
  open(path: string, mode: OpenMode): Promise<File>;
  /**
   * An existing file, to be read on the calling thread: for threads that have one thing to do and
   * would wait anyway. A read of 4 kB from the page cache takes 2 µs this way, and 40 by `open`.
   */
  openSync(path: string): SyncFile;
  /** What is in a directory, sorted by name in the order of UTF-16. */
  readdir(path: string): Promise<readonly DirectoryEntry[]>;
  stat(path: string): Promise<FileStat>;
  /** Takes the place of `to`, if that is there, in one step. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file: `existing` and `path` are then equal in rank. */
  link(existing: string, path: string): Promise<void>;
  /** The bytes go when no name and no open file is left. */
  unlink(path: string): Promise<void>;
  /**
   * Also the directories above that are missing; no error when it is there already. Nothing of this
   * is durable: see `makeDirectoryDurably`.
   */
  mkdir(path: string): Promise<void>;
  /** Only when it is empty. */
  rmdir(path: string): Promise<void>;
  /** Makes the names in a directory durable, as they are when it is called. */
  syncDir(path: string): Promise<void>;
  /** The space of the file system that holds `path`, for who is not root. */
  space(path: string): Promise<DiskSpace>;
};

/**
 * - `read`: an existing file, for reading alone
 * - `write`: for reading and writing; made empty when it is not there, left as it is when it is
 * - `truncate`: for reading and writing; made, or emptied
 * - `exclusive`: for reading and writing; made, and `exists` when something is there (for locks)
 */
export type OpenMode = 'read' | 'write' | 'truncate' | 'exclusive';

/**
 * An open file. Reads and writes say where: there is no position to share or to lose, so they may
 * overlap. Of writes that overlap in the same bytes, and of a sync that overlaps a write, nobody
 * knows the order.
 */
export type File = {
  readonly path: string;
  readonly mode: OpenMode;
  /**
   * @returns how many bytes were written, from the beginning of `bytes`: at least 1 of a non-empty
   *   array, but **maybe fewer than all**, without an error. `writeFully` goes on until the end.
   *   Beyond the end of the file a gap of zeros is left.
   */
  write(bytes: Uint8Array, at: number): Promise<number>;
  /** @returns how many bytes were read, 0 only at the end of the file; maybe fewer than fit. */
  read(into: Uint8Array, at: number): Promise<number>;
  /**
   * Makes bytes and size durable (`fdatasync`). **When it rejects, never use the file again**: the
   * system has forgotten which bytes it could not write, and a second call answers that all is
   * well.
   */
  datasync(): Promise<void>;
  /** The same and the times of the file (`fsync`). */
  sync(): Promise<void>;
  /** Cuts the file off, or makes it longer with zeros. */
  truncate(sizeBytes: number): Promise<void>;
  size(): Promise<number>;
  /** Waits for what is in flight. Anything later rejects with `closed`, but for another `close`. */
  close(): Promise<void>;
};

/** A file that is read without a promise. Throws an `FsError` where a `File` would reject. */
export type SyncFile = {
  readonly path: string;
  /** @returns how many bytes were read, 0 only at the end of the file; maybe fewer than fit. */
  read(into: Uint8Array, at: number): number;
  size(): number;
  close(): void;
};

export type EntryKind = 'file' | 'directory' | 'other';
export type DirectoryEntry = { readonly name: string; readonly kind: EntryKind };
export type FileStat = {
  readonly kind: EntryKind;
  /** 0 for what is no file. */
  readonly sizeBytes: number;
  /** How many names the file has; 1 for a directory. */
  readonly linkCount: number;
};
export type DiskSpace = { readonly freeBytes: number; readonly totalBytes: number };
