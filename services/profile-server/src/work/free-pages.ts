import { createRequire as requireFrom } from 'node:module';
import { unbroken } from '@emberscope/node-kit/worker';

/**
 * Gives back to the system what the C library holds of memory that was freed: `malloc_trim(3)` of
 * glibc, for all threads of the process. By itself glibc gives back what is free at the end of its
 * heaps, and arrays of a size of their own (`MALLOC_MMAP_THRESHOLD_`): a hundred megabytes of 350 lay
 * between others, where nobody used them.
 *
 * Takes the lock of each heap while it goes through it: 5 ms for a hundred megabytes. Where there is
 * no glibc, or nothing to call it with, nothing is done.
 *
 * Unbroken: a thread that is ended while a native library of this kind begins takes the process along.
 */
export function giveBackFreePages(): undefined {
  unbroken(() => {
    trim ??= load();
    trim();
  });
}

let trim: (() => void) | undefined;

function load(): () => void {
  try {
    // At once: an import would be done in pieces.
    const koffi: typeof import('koffi') = requireFrom(import.meta.url)('koffi');
    const mallocTrim = koffi.load('libc.so.6').func('int malloc_trim(size_t pad)');
    return () => void mallocTrim(0);
  } catch {
    return () => {};
  }
}
