import { closeSync, openSync } from 'node:fs';
import { libcFunction } from './libc-function.ts';

/**
 * - `held`: until `letGo`, or until the thread or the process ends, however it does
 * - `busy`: somebody else holds it, on this machine, in whatever container
 * - `unsupported`: by the file system, or there is nothing to ask it with
 */
export type FileLock =
  | { readonly kind: 'held'; readonly letGo: () => void }
  | { readonly kind: 'busy' | 'unsupported' };

/** Of `sys/file.h` and `errno.h`, on Linux. */
const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = 11;

/** Takes the lock of a file or a folder: `flock(2)`, which waits for nobody here. */
export function lockFile(path: string): FileLock {
  const flock = libcFunction('int flock(int fd, int operation)');
  if (flock === undefined) return { kind: 'unsupported' };
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return { kind: 'unsupported' };
  }
  const { result, errno } = flock(fd, LOCK_EX + LOCK_NB);
  if (result === 0) return { kind: 'held', letGo: () => closeSync(fd) };
  closeSync(fd);
  return { kind: errno === EWOULDBLOCK ? 'busy' : 'unsupported' };
}
