import { libcFunction } from './libc-function.ts';

/**
 * Gives back to the system what the C library holds of memory that was freed: `malloc_trim(3)` of
 * glibc, for all threads of the process. By itself glibc gives back what is free at the end of its
 * heaps, and arrays of a size of their own (`MALLOC_MMAP_THRESHOLD_`): a hundred megabytes of 350 lay
 * between others, where nobody used them.
 *
 * Takes the lock of each heap while it goes through it: 5 ms for a hundred megabytes. Where glibc
 * cannot be called, nothing is done.
 */
export function giveBackFreePages(): undefined {
  trim ??= libcFunction('int malloc_trim(size_t pad)') ?? (() => undefined);
  trim(0);
}

let trim: ((padBytes: number) => unknown) | undefined;
