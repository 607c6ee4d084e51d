/**
 * What a caller can tell apart and act on. Whatever is not in the list is `other`, and its `cause`
 * says more.
 */
export type FsErrorCode =
  /** The disk or a quota is full: delete something, or refuse new work until there is room. */
  | 'no-space'
  /** The device failed. After a sync: nobody knows what is on the disk. */
  | 'io'
  | 'not-found'
  | 'exists'
  | 'not-empty'
  | 'not-directory'
  | 'is-directory'
  /** The file system is mounted read-only, which Linux also does to one that is damaged. */
  | 'read-only'
  /** Rights are missing, or the file was opened for reading and is being written. */
  | 'not-permitted'
  /** The process or the system has no file descriptor left. */
  | 'too-many-open'
  | 'cross-device'
  /** No such operation on such a thing: a directory into itself, a name too long. */
  | 'invalid'
  /** The file was closed before. */
  | 'closed'
  /** The simulated machine is down: no twin of this in the real world. */
  | 'crashed'
  | 'other';

export type FsOperation =
  | 'open'
  | 'write'
  | 'read'
  | 'datasync'
  | 'sync'
  | 'truncate'
  | 'size'
  | 'close'
  | 'readdir'
  | 'stat'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'mkdir'
  | 'rmdir'
  | 'syncDir'
  | 'space';

export type FsErrorData = {
  readonly code: FsErrorCode;
  readonly operation: FsOperation;
  readonly path: string;
};

/** The one error of a file system: which operation on which path, and why it failed. */
export class FsError extends Error {
  override readonly name = 'FsError';
  readonly code: FsErrorCode;
  readonly operation: FsOperation;
  readonly path: string;

  constructor({ code, operation, path }: FsErrorData, reason: string, options?: ErrorOptions) {
    super(`${operation} ${path}: ${reason} (${code})`, options);
    this.code = code;
    this.operation = operation;
    this.path = path;
  }

  /** What goes with the error to another thread. */
  get data(): FsErrorData {
    return { code: this.code, operation: this.operation, path: this.path };
  }
}

export function isFsError(error: unknown, code: FsErrorCode): error is FsError {
  return error instanceof FsError && error.code === code;
}

/** Linux and macOS names (`errno(3)`); what Node makes of Windows' errors uses the same. */
const CODE_OF_ERRNO: ReadonlyMap<string, FsErrorCode> = new Map([
  ['ENOSPC', 'no-space'],
  ['EDQUOT', 'no-space'],
  ['EIO', 'io'],
  ['ENXIO', 'io'],
  ['ESTALE', 'io'],
  ['ENOENT', 'not-found'],
  ['EEXIST', 'exists'],
  ['ENOTEMPTY', 'not-empty'],
  ['ENOTDIR', 'not-directory'],
  ['EISDIR', 'is-directory'],
  ['EROFS', 'read-only'],
  ['EACCES', 'not-permitted'],
  ['EPERM', 'not-permitted'],
  ['EMFILE', 'too-many-open'],
  ['ENFILE', 'too-many-open'],
  ['EXDEV', 'cross-device'],
  ['EINVAL', 'invalid'],
  ['ENAMETOOLONG', 'invalid'],
]);

/** An error of `node:fs` in our words. */
export function fsErrorOf(error: unknown, operation: FsOperation, path: string): FsError {
  if (error instanceof FsError) return error;
  const errno = errnoOf(error);
  const code = CODE_OF_ERRNO.get(errno ?? '') ?? 'other';
  const reason = errno ?? (error instanceof Error ? error.message : String(error));
  return new FsError({ code, operation, path }, reason, { cause: error });
}

export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
